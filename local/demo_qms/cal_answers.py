"""CAL configurations and a user's CALs as XML, in pieces: a big one is never whole in memory."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from xml.sax.saxutils import escape

from local.demo_qms.apis import Api
from local.demo_qms.behaviour import Behaviour
from local.demo_qms.lease_rules import LeaseRules
from local.demo_qms.records import CalList, Lease, NamedCal
from local.demo_qms.soap import INSTANCE

CALS = "http://schemas.datacontract.org/2004/07/PIX.QMSAPI.DataObjects.CALs"
NEVER = "0001-01-01T00:00:00"
_ROWS_A_PIECE = 500


class CalWriter:
    """Writes in the shape of one API and one server's behaviour (QlikView facts 2.3 to 2.7)."""

    def __init__(self, api: Api, behaviour: Behaviour, rules: LeaseRules) -> None:
        self._api = api
        self._behaviour = behaviour
        self._rules = rules
        self._p = behaviour.prefixes.cals
        self._nil = f' {behaviour.prefixes.instance}:nil="true"/>'

    @property
    def namespaces(self) -> str:
        """The declarations that the element around it needs."""
        return f' xmlns:{self._p}="{CALS}" xmlns:{self._behaviour.prefixes.instance}="{INSTANCE}"'

    def configuration(self, cals: CalList, scope: frozenset[str]) -> Iterator[str]:
        """The inside of a GetCALConfigurationResult."""
        asked = {"DocumentCALs", "NamedCALs", "SessionCALs", "UsageCALs"}
        asked &= scope if "All" not in scope else asked
        p = self._p
        yield self._part("DocumentCALs", asked, "Assigned", "InLicense", "Limit")
        if "NamedCALs" in asked:
            yield f"<{p}:NamedCALs>"
            yield from self._named(cals)
            yield f"</{p}:NamedCALs>"
        else:
            yield self._part("NamedCALs", asked)
        yield self._element("QVSID", cals.server.id)
        yield self._element("Scope", " ".join(sorted(scope)))
        yield self._part("SessionCALs", asked, "Available", "InLicense", "Limit")
        yield self._element("Uncapped", "false")
        yield self._part("UsageCALs", asked, "Available", "InLicense", "Limit")

    def user_cals(self, cals: CalList) -> Iterator[str]:
        """The inside of a GetCALInfoForUserResult; `cals` are those of one user."""
        yield self._element("DocumentCALs")
        yield from self._list("LeasedNamedCALs", map(self._lease, cals.leases))
        named = next(iter(cals.assigned), None)
        if named is None:
            yield f"<{self._p}:NamedCAL{self._nil}"
        else:
            yield f"<{self._p}:NamedCAL>{self._cal_fields(named)}</{self._p}:NamedCAL>"

    def _named(self, cals: CalList) -> Iterator[str]:
        server = cals.server
        yield self._element("AllowDynamicAssignment", _bool(server.allow_dynamic))
        if self._api.name == "12.7":
            yield self._element("AllowDynamicAssignmentAnalyzer", "false")
            yield self._element("AllowDynamicAssignmentProfessional", "false")
        yield self._element("AllowLicenseLease", _bool(server.allow_lease))
        yield self._element("Assigned", str(len(cals.assigned)))
        yield from self._list("AssignedCALs", map(self._named_cal, cals.assigned))
        yield self._element("IdentificationMode", server.identification)
        yield self._element("InLicense", str(server.in_license))
        yield from self._list("LeasedCALs", map(self._lease, cals.leases))
        yield self._element("Limit", str(server.may_assign))
        if self._behaviour.removed_cals and self._behaviour.optional_fields:
            yield from self._list("RemovedAssignedCALs", map(self._named_cal, cals.removed))

    def _named_cal(self, cal: NamedCal) -> str:
        return f"<{self._p}:AssignedNamedCAL>{self._cal_fields(cal)}</{self._p}:AssignedNamedCAL>"

    def _cal_fields(self, cal: NamedCal) -> str:
        machine = ""
        if self._behaviour.optional_fields:
            filled = self._element("MachineID", cal.machine)
            machine = filled if cal.machine else f"<{self._p}:MachineID{self._nil}"
        return (
            self._element("LastUsed", self._time(cal.last_used))
            + machine
            + self._element("QuarantinedUntil", self._time(cal.quarantined_until))
            + self._element("UserName", cal.user)
        )

    def _lease(self, lease: Lease) -> str:
        machine = self._element("MachineID", lease.machine)
        user = self._element("UserName", lease.user)
        leased_at = self._element("LeasedAt", self._time(lease.leased_at))
        if not self._behaviour.optional_fields:
            fields = leased_at + machine + user
        else:
            block = lease.last_used + self._rules.block if self._behaviour.tells_block else None
            last_used = self._element("LastUsed", self._time(lease.last_used))
            quarantine = self._element("QuarantinedUntil", self._time(block))
            fields = last_used + machine + quarantine + user + leased_at
        return f"<{self._p}:LeasedNamedCAL>{fields}</{self._p}:LeasedNamedCAL>"

    def _list(self, name: str, rows: Iterable[str]) -> Iterator[str]:
        yield f"<{self._p}:{name}>"
        remaining = iter(rows)
        while piece := list(islice(remaining, _ROWS_A_PIECE)):
            yield "".join(piece)
        yield f"</{self._p}:{name}>"

    def _part(self, name: str, asked: set[str], *counts: str) -> str:
        """A kind of CALs of which the demo has none."""
        if name in asked:
            zeros = "".join(self._element(count, "0") for count in counts)
            return f"<{self._p}:{name}>{zeros}</{self._p}:{name}>"
        return "" if self._behaviour.out_of_scope == "absent" else f"<{self._p}:{name}{self._nil}"

    def _element(self, name: str, text: str = "") -> str:
        return f"<{self._p}:{name}>{escape(text)}</{self._p}:{name}>"

    def _time(self, moment: datetime | None) -> str:
        if moment is None:
            return NEVER
        utc = moment.astimezone(UTC)
        fraction = f"{utc.microsecond:06d}"
        fraction = f"{fraction}7" if self._behaviour.ticks else fraction.rstrip("0")
        dot = "." if fraction else ""
        return f"{utc:%Y-%m-%dT%H:%M:%S}{dot}{fraction}{self._behaviour.zone}"


def _bool(value: bool) -> str:  # noqa: FBT001 - it writes a bool
    return "true" if value else "false"
