"""Fixtures and helpers for tests that talk to a demo Qlik site on a real socket.

`from tests.demo_site_fixture import demo_pki, demo_site` in a conftest makes the fixtures known.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import httpx
import pytest

from local.demo_site.accounts import Accounts
from local.demo_site.certificates import Pki, make_pki
from local.demo_site.population import make_population
from local.demo_site.records import AccessLicense, LicenseType, User
from local.demo_site.schema_check import SchemaCheck
from local.demo_site.site import DemoSite
from local.demo_site.virtual_proxy import VirtualProxy
from local.demo_site.world import Contents, World

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
XRFKEY = "0123456789abcdef"
FACTS = Path(__file__).parents[2] / "shared" / "facts" / "qrs"
OPENAPI = FACTS / "qrs_openapi_license_user_subset.json"


class ManualClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


class StartDemoSite(Protocol):
    """What the `demo_site` fixture gives: call it to start a site, as often as needed."""

    def __call__(
        self,
        world: World | None = None,
        *,
        pki: Pki | None = None,
        proxy: VirtualProxy | None = None,
        accounts: Accounts | None = None,
    ) -> DemoSite:
        """Start a site that runs until the test ends; 200 users at NOW without a world."""


@pytest.fixture(scope="session")
def demo_pki() -> Pki:
    """One PKI for the whole session."""
    return make_pki()


@pytest.fixture
def demo_site(demo_pki: Pki, tmp_path: Path) -> Iterator[StartDemoSite]:
    """A function that starts demo sites; each checks its answers when the document is there."""
    with ExitStack() as stack:

        def start(
            world: World | None = None,
            *,
            pki: Pki | None = None,
            proxy: VirtualProxy | None = None,
            accounts: Accounts | None = None,
        ) -> DemoSite:
            starting = DemoSite.start(
                world=world or populated_world(200),
                pki=pki or demo_pki,
                directory=tmp_path / f"certificates-{uuid4().hex[:8]}",
                proxy=proxy,
                accounts=accounts,
                check=SchemaCheck.from_file(OPENAPI) if OPENAPI.exists() else None,
            )
            return stack.enter_context(starting)

        yield start


def populated_world(
    users: int, *, seed: int = 1, clock: Callable[[], datetime] | None = None
) -> World:
    """A world with a seeded population at NOW, standing still unless a clock is given."""
    return World(make_population(users, seed=seed, now=NOW), clock=clock or ManualClock())


def a_user(account: str, *, created: datetime = NOW - timedelta(days=400)) -> User:
    r"""A user called `DIRECTORY\id`."""
    directory, _, user_id = account.partition("\\")
    return User(
        str(uuid4()), directory, user_id, user_id.title(), created, created, "INTERNAL\\sa_api"
    )


def a_license(
    user: User,
    license_type: LicenseType = LicenseType.ANALYZER,
    *,
    last_used: datetime | None = None,
    created: datetime = NOW - timedelta(days=300),
    quarantine_end: datetime | None = None,
) -> AccessLicense:
    """An access license of that user; never used unless said otherwise."""
    return AccessLicense(
        id=str(uuid4()),
        type=license_type,
        user_id=user.id,
        created=created,
        modified=last_used or created,
        modified_by=user.account,
        last_used=last_used,
        quarantine_end=quarantine_end,
    )


def small_world(
    *held: tuple[User, AccessLicense | None],
    total: int = 10,
    clock: Callable[[], datetime] | None = None,
) -> World:
    """A world of just these users and licenses, `total` of each type."""
    contents = Contents(
        users=[user for user, _ in held],
        licenses=[license_ for _, license_ in held if license_ is not None],
        totals=dict.fromkeys(LicenseType, total),
    )
    return World(contents, clock=clock or ManualClock())


def get_as_written(client: httpx.Client, path_and_query: str) -> httpx.Response:
    """GET a path whose query is sent as it stands; it must have its own xrfkey.

    httpx throws the query of a URL away as soon as it has any params of its own.
    """
    client.params = httpx.QueryParams()
    return client.get(f"{client.base_url}{path_and_query.lstrip('/')}")


def qrs_client(
    site: DemoSite,
    *,
    account: str = "INTERNAL\\sa_api",
    certificates: DemoSite | None = None,
) -> httpx.Client:
    """A plain client with the site's certificates, xrfkey and account, for tests of the site."""
    files = (certificates or site).certificates
    context = ssl.create_default_context(cafile=files.root)
    context.load_cert_chain(files.client, files.client_key)
    directory, _, user_id = account.partition("\\")
    return httpx.Client(
        verify=context,
        base_url=site.url,
        params={"xrfkey": XRFKEY},
        headers={
            "X-Qlik-Xrfkey": XRFKEY,
            "X-Qlik-User": f"UserDirectory={directory}; UserId={user_id}",
        },
        timeout=20,
    )
