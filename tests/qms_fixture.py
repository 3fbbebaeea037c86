"""Fixtures and helpers for tests that talk to a demo QMS on a real socket."""

import base64
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, Self
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
import spnego

from local.demo_qms.accounts import Accounts
from local.demo_qms.apis import APIS
from local.demo_qms.schema_check import SchemaCheck
from local.demo_qms.service import DemoQms
from local.demo_qms.world import World
from tests.demo_site_fixture import ManualClock

SCHEMAS = Path(__file__).parents[2] / "shared" / "facts" / "qms"


class StartDemoQms(Protocol):
    """What the `demo_qms` fixture gives: call it to start a QMS, as often as needed."""

    def __call__(
        self,
        world: World | None = None,
        *,
        version: str | None = None,
        accounts: Accounts | None = None,
        schemes: Sequence[str] = ("NTLM",),
        certificate: tuple[Path, Path] | None = None,
    ) -> DemoQms:
        """Start a QMS that runs until the test ends; one server without CALs without a world."""


@pytest.fixture
def demo_qms() -> Iterator[StartDemoQms]:
    """A function that starts demo QMSs; each checks its answers when the schemas are there."""
    with ExitStack() as stack:

        def start(
            world: World | None = None,
            *,
            version: str | None = None,
            accounts: Accounts | None = None,
            schemes: Sequence[str] = ("NTLM",),
            certificate: tuple[Path, Path] | None = None,
        ) -> DemoQms:
            starting = DemoQms.start(
                world=world or small_farm(),
                version=version,
                accounts=accounts,
                schemes=schemes,
                certificate=certificate,
                check=SchemaCheck(SCHEMAS) if SCHEMAS.exists() else None,
            )
            return stack.enter_context(starting)

        yield start


def small_farm(*users: str, in_license: int = 10, clock: ManualClock | None = None) -> World:
    """A world at NOW with the server QVS@qvs01 and a named CAL for each of these users."""
    world = World(clock=clock or ManualClock())
    world.new_server("QVS@qvs01", in_license)
    for user in users:
        world.assign_cal(user)
    return world


class NtlmLegs(httpx.Auth):
    """The steps of a login, each on the connection of the one before."""

    def __init__(self, user: str, password: str, scheme: str = "NTLM") -> None:
        self._user = user
        self._password = password
        self._scheme = scheme

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Send a token with the request as long as the server has one to answer it with."""
        context = spnego.client(self._user, self._password, protocol=self._scheme.lower())
        token = context.step()
        while token:
            request.headers["Authorization"] = self._header(token)
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            offered = response.headers.get("WWW-Authenticate", "").partition(" ")[2]
            if not offered:
                return
            token = context.step(base64.b64decode(offered))

    def _header(self, token: bytes) -> str:
        return f"{self._scheme} {base64.b64encode(token).decode()}"


class QmsCaller:
    """Plain SOAP calls with httpx, apart from the app's own client."""

    def __init__(
        self,
        qms: DemoQms,
        *,
        api: str = "12.7",
        user: str | None = None,
        password: str | None = None,
        scheme: str = "NTLM",
    ) -> None:
        self._qms = qms
        self._api = APIS[api]
        auth = NtlmLegs(user or qms.user, password or qms.password, scheme)
        self.http = httpx.Client(auth=auth, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def envelope(self, operation: str, inner: str = "") -> str:
        """The envelope of a call."""
        return (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<{operation} xmlns="{self._api.namespace}">{inner}</{operation}>'
            "</s:Body></s:Envelope>"
        )

    def headers(self, operation: str, key: str | None = None) -> dict[str, str]:
        """The headers of a call; without a key when it is None."""
        action = f"{self._api.namespace}{self._api.interface}/{operation}"
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        return headers if key is None else {**headers, "X-Service-Key": key}

    def post(self, operation: str, inner: str = "", *, key: str | None = None) -> httpx.Response:
        """Make a call, with a key or without."""
        body = self.envelope(operation, inner)
        return self.http.post(self._qms.url, content=body, headers=self.headers(operation, key))

    def key(self) -> str:
        """Fetch a service key."""
        answer = self.post("GetTimeLimitedServiceKey")
        answer.raise_for_status()
        return texts(answer, "GetTimeLimitedServiceKeyResult")[0]

    def call(self, operation: str, inner: str = "") -> httpx.Response:
        """Make a call with a fresh key."""
        return self.post(operation, inner, key=self.key())

    def cals(self, scope: str = "NamedCALs", server: str | None = None) -> httpx.Response:
        """GetCALConfiguration of a server, the first one when none is named."""
        qvs_id = self._qms.world.server(server).id
        return self.call("GetCALConfiguration", f"<qvsID>{qvs_id}</qvsID><scope>{scope}</scope>")

    def clear_cache(self, objects: str = "CALConfiguration") -> httpx.Response:
        """ClearQVSCache."""
        return self.call("ClearQVSCache", f"<objects>{objects}</objects>")


def body_element(answer: httpx.Response) -> Element:
    """The element in the SOAP body of an answer."""
    return fromstring(answer.text)[0][0]  # noqa: S314 - our own server wrote it


def all_named(answer: httpx.Response, name: str) -> list[Element]:
    """All elements of that local name."""
    return [x for x in body_element(answer).iter() if re.sub(r"\{.*\}", "", x.tag) == name]


def texts(answer: httpx.Response, name: str) -> list[str]:
    """The texts of all elements of that local name."""
    return [element.text or "" for element in all_named(answer, name)]


def fault(answer: httpx.Response) -> tuple[str, str]:
    """Code and text of a fault."""
    return texts(answer, "faultcode")[0], texts(answer, "faultstring")[0]
