"""The operations of QMS: who may call them, and what they answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from uuid import UUID
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from local.demo_qms.accounts import ADMINISTRATOR, API, FOLDERS
from local.demo_qms.apis import Api
from local.demo_qms.cal_answers import CalWriter
from local.demo_qms.cal_cache import CalCache
from local.demo_qms.records import Server
from local.demo_qms.service_keys import ServiceKeys
from local.demo_qms.soap import INSTANCE, failed, unreadable
from local.demo_qms.world import World

DATA_OBJECTS = "http://schemas.datacontract.org/2004/07/PIX.QMSAPI.DataObjects"
CACHE_OBJECTS = frozenset(
    {"None", "License", "Settings", "UserDocumentList", "UserDocumentMetaData"}
    | {"CALConfiguration", "All"}
)
SCOPES = frozenset({"None", "DocumentCALs", "NamedCALs", "SessionCALs", "UsageCALs", "All"})
SERVICE_TYPES = frozenset(
    {"None", "QlikViewManagementService", "QlikViewDistributionService", "QlikViewServer"}
    | {"QlikViewDirectoryServiceConnector", "QlikViewWebServer", "All"}
    | {"RemoteQlikViewManagementService", "QlikCloudService", "LicenseService"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose caller may make it; `body` is the element in the SOAP body."""

    api: Api
    body: Element

    def argument(self, name: str) -> str:
        """The text of an argument; empty when it isn't there, like the default of WCF."""
        return (self.body.findtext(f"{{{self.api.namespace}}}{name}") or "").strip()

    def flags(self, name: str, known: frozenset[str]) -> frozenset[str]:
        """The names in an argument that is a list of flags."""
        given = frozenset(self.argument(name).split()) or frozenset({"None"})
        if not given <= known:
            wrong = ", ".join(sorted(given - known))
            raise unreadable(f"There was an error deserializing {name}: invalid value {wrong}.")
        return given


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: what it answers, in pieces, and the groups that its caller needs."""

    name: str
    groups: tuple[str, ...]
    answer: Callable[[Call], Iterator[str]]
    needs_key: bool = True


class Operations:
    """What the service does. The order of the groups is that in which they are missed."""

    def __init__(self, world: World, keys: ServiceKeys) -> None:
        self._world = world
        self._keys = keys
        self.cache = CalCache(world)
        self._all = {
            x.name: x
            for x in (
                Operation("GetTimeLimitedServiceKey", (), self._key, needs_key=False),
                Operation("Ping", (API,), lambda _: iter(())),
                Operation("GetServices", (API,), self._services),
                Operation("GetCALConfiguration", (API, ADMINISTRATOR), self._configuration),
                Operation("GetCALInfoForUser", (API, ADMINISTRATOR), self._user),
                Operation("ClearQVSCache", (API, FOLDERS), self._clear),
            )
        }

    def find(self, name: str) -> Operation | None:
        """The operation of that name."""
        return self._all.get(name)

    def _key(self, _call: Call) -> Iterator[str]:
        yield f"<GetTimeLimitedServiceKeyResult>{self._keys.new()}</GetTimeLimitedServiceKeyResult>"

    def _services(self, call: Call) -> Iterator[str]:
        types = call.flags("serviceTypes", SERVICE_TYPES)
        asked = types & {"QlikViewServer", "All"}
        servers = self._world.servers() if asked else []
        prefixes = self._world.behaviour.prefixes
        spaces = f'xmlns:{prefixes.data}="{DATA_OBJECTS}" xmlns:{prefixes.instance}="{INSTANCE}"'
        infos = (_service_info(server, prefixes.data) for server in servers)
        return chain([f"<GetServicesResult {spaces}>"], infos, ["</GetServicesResult>"])

    def _configuration(self, call: Call) -> Iterator[str]:
        scope = call.flags("scope", SCOPES)
        server = self._reached(call)
        writer = self._writer(call)
        inside = writer.configuration(self.cache.cal_list(server.id), scope)
        return _wrapped("GetCALConfigurationResult", writer.namespaces, inside)

    def _user(self, call: Call) -> Iterator[str]:
        server = self._reached(call)
        writer = self._writer(call)
        inside = writer.user_cals(self._world.cals_of(call.argument("user"), server.id))
        return _wrapped("GetCALInfoForUserResult", writer.namespaces, inside)

    def _clear(self, call: Call) -> Iterator[str]:
        if call.flags("objects", CACHE_OBJECTS) & {"CALConfiguration", "All"}:
            self.cache.clear()
        return iter(())

    def _writer(self, call: Call) -> CalWriter:
        return CalWriter(call.api, self._world.behaviour, self._world.rules)

    def _reached(self, call: Call) -> Server:
        text = call.argument("qvsID")
        try:
            wanted = str(UUID(text))
        except ValueError:
            raise unreadable(
                f"There was an error deserializing qvsID: '{text}' is no guid."
            ) from None
        for server in self._world.servers():
            if server.id == wanted:
                if server.reachable:
                    return server
                raise failed(f"The QlikView Server {server.name} could not be contacted.")
        raise failed(f"There is no QlikView Server with the ID {wanted}.")


def _wrapped(name: str, namespaces: str, inside: Iterator[str]) -> Iterator[str]:
    return chain([f"<{name}{namespaces}>"], inside, [f"</{name}>"])


def _service_info(server: Server, p: str) -> str:
    return (
        f"<{p}:ServiceInfo><{p}:Address>{escape(server.address)}</{p}:Address>"
        f"<{p}:ClusterNodeCount>1</{p}:ClusterNodeCount><{p}:ID>{server.id}</{p}:ID>"
        f"<{p}:Name>{escape(server.name)}</{p}:Name><{p}:Type>QlikViewServer</{p}:Type>"
        f"</{p}:ServiceInfo>"
    )
