"""The four operations that this app calls, and what it takes from their answers."""

import re
from dataclasses import dataclass

from shared.adapters.qms.cal_configuration import cal_configuration_shape
from shared.adapters.qms.shapes import TEXT, Record, Rows
from shared.adapters.qms.soap_envelope import Operation
from shared.adapters.qms.values import OddValueError, Values
from shared.domain.errors import QmsAnswerError
from shared.domain.leases.model import CalConfiguration, QlikViewServer

_API_GROUP = 'the local Windows group "QlikView Management API"'
# Windows has the second in the plural, the interface documents in the singular (QMS fact 1.9).
_BOTH_GROUPS = (
    'the local Windows groups "QlikView Management API" and "QlikView Administrators" '
    '("QlikView Administrator" in some versions\' documents)'
)
_SERVER_TYPE = "QlikViewServer"
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KEY = re.compile(r"[!-~]{1,1000}")  # it goes into a header


@dataclass(frozen=True, slots=True)
class ServerList:
    """The QlikView Servers of the service."""

    servers: tuple[QlikViewServer, ...]


class Done:
    """The result of an operation that has none."""


def get_service_key() -> Operation[str]:
    """Fetch the key that every other call must carry (QMS fact 1.7)."""
    result = "GetTimeLimitedServiceKeyResult"

    def key(found: Values) -> str | None:
        text = found.text(result)
        if text and not _KEY.fullmatch(text):
            raise QmsAnswerError("QMS sent a service key that doesn't fit into a header.")
        return text or None

    return Operation("GetTimeLimitedServiceKey", str, {result: TEXT}, key, rights=_API_GROUP)


def get_servers() -> Operation[ServerList]:
    """List the QlikView Servers."""
    result = "GetServicesResult"
    service = Record({"ID": TEXT, "Name": TEXT, "Type": TEXT}, _server)

    def servers(found: Values) -> ServerList | None:
        rows = found.rows(result, QlikViewServer)
        if rows is None:
            return None
        return ServerList(tuple({row.id.lower(): row for row in rows}.values()))

    return Operation(
        "GetServices",
        ServerList,
        {result: Rows("ServiceInfo", service)},
        servers,
        rights=_API_GROUP,
        parameters=(("serviceTypes", _SERVER_TYPE),),
    )


def get_cal_configuration(server: QlikViewServer) -> Operation[CalConfiguration]:
    """Read the named CALs and the leases of a server."""
    result = "GetCALConfigurationResult"
    return Operation(
        "GetCALConfiguration",
        CalConfiguration,
        {result: cal_configuration_shape(server)},
        lambda found: found.one(result, CalConfiguration),
        rights=_BOTH_GROUPS,
        parameters=(("qvsID", server.id), ("scope", "NamedCALs")),
    )


def clear_cal_cache() -> Operation[Done]:
    """Have QMS forget the CALs that it remembers (QMS fact 1.10)."""
    return Operation(
        "ClearQVSCache",
        Done,
        {},
        lambda _: Done(),
        rights=f"{_API_GROUP} and give it the role Document Folder Administrator",
        parameters=(("objects", "CALConfiguration"),),
    )


def _server(found: Values) -> QlikViewServer | None:
    kinds = found.text("Type").split()
    if kinds and _SERVER_TYPE not in kinds:
        return None
    server_id = found.text("ID")
    if not _GUID.fullmatch(server_id):
        raise OddValueError("ID", server_id, "a GUID")
    return QlikViewServer(server_id, found.text("Name") or server_id)
