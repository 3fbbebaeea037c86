"""CALConfiguration -> domain model (QMS facts 2.3 to 2.5)."""

from shared.adapters.qms.shapes import TEXT, Record, Rows, Shape
from shared.adapters.qms.values import OddValueError, Values
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal, QlikViewServer


class _Shared(dict[str, str]):
    """One object for equal texts: 100,000 leases name few users and fewer machines."""

    def __call__(self, text: str) -> str:
        return self.setdefault(text, text)


_CAL = dict.fromkeys(("LastUsed", "MachineID", "QuarantinedUntil", "UserName"), TEXT)
_NUMBERS_AND_FLAGS = (
    "AllowDynamicAssignment",
    "AllowLicenseLease",
    "Assigned",
    "IdentificationMode",
    "InLicense",
    "Limit",
)


def cal_configuration_shape(server: QlikViewServer) -> Record:
    """The shape of the answer about a server; makes a `CalConfiguration`.

    Session, usage and document CALs have lists of the same names in it: they are skipped.
    """

    def configuration(found: Values) -> CalConfiguration:
        _check_server(found, server)
        return found.one("NamedCALs", CalConfiguration) or CalConfiguration(server)

    return Record({"NamedCALs": _named_cals(server), "QVSID": TEXT}, configuration)


def _named_cals(server: QlikViewServer) -> Record:
    shared = _Shared()
    cal = Record(_CAL, lambda found: _named_cal(found, shared))
    lease = Record(_CAL | {"LeasedAt": TEXT}, lambda found: _lease(found, shared))
    lists: dict[str, Shape] = {
        "AssignedCALs": Rows("AssignedNamedCAL", cal),
        "RemovedAssignedCALs": Rows("AssignedNamedCAL", cal),
        "LeasedCALs": Rows("LeasedNamedCAL", lease),
    }
    return Record(
        {**dict.fromkeys(_NUMBERS_AND_FLAGS, TEXT), **lists},
        lambda found: CalConfiguration(
            server=server,
            in_license=found.count("InLicense"),
            assigned=found.count("Assigned"),
            limit=found.count("Limit"),
            allow_lease=found.flag("AllowLicenseLease"),
            allow_dynamic=found.flag("AllowDynamicAssignment"),
            identification=found.text("IdentificationMode"),
            assigned_cals=found.rows("AssignedCALs", NamedCal),
            leases=found.rows("LeasedCALs", Lease),
            removed_cals=found.rows("RemovedAssignedCALs", NamedCal),
        ),
    )


def _named_cal(found: Values, shared: _Shared) -> NamedCal:
    return NamedCal(
        user=shared(found.text("UserName")),
        machine=shared(found.text("MachineID")),
        last_used=found.past_moment("LastUsed"),
        quarantined_until=found.moment("QuarantinedUntil"),
    )


def _lease(found: Values, shared: _Shared) -> Lease:
    return Lease(
        user=shared(found.text("UserName")),
        machine=shared(found.text("MachineID")),
        leased_at=found.past_moment("LeasedAt"),
        last_used=found.past_moment("LastUsed"),
        quarantined_until=found.moment("QuarantinedUntil"),
    )


def _check_server(found: Values, server: QlikViewServer) -> None:
    told = found.text("QVSID")
    if told and told.lower() != server.id.lower():
        raise OddValueError("QVSID", told, f"the id of the server that was asked for, {server.id},")
