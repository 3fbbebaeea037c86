"""docs/qrs-account.md names the requests that the app sends, and no other."""

import inspect
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

from local.demo_site.behaviour import Behaviour
from local.demo_site.site import DemoSite
from shared.adapters.qms import operations
from shared.adapters.qrs import ClientCertificate, QrsClient
from shared.domain.leases.model import QlikViewServer
from shared.domain.model import LicenseType
from tests.demo_site_fixture import (
    NOW,
    StartDemoSite,
    a_license,
    a_user,
    small_world,
)
from tests.integration.qrs.site import qrs_client

PAGE = Path("docs/qrs-account.md").read_text()
REQUEST = re.compile(r"^\| `([A-Z]+) /qrs/([^`]+)` \|", re.MULTILINE)
OPERATION = re.compile(r"^\| `(\w+)` \| .* \| (.*) \|$", re.MULTILINE)
SERVER = QlikViewServer("41e8464e-87ed-4ea3-9fc7-e09d2dc6781a", "QVS")
USED = NOW - timedelta(days=60)
NEVER_ASKS = {"clock_difference", "aclose"}

type Calls = dict[str, Callable[[QrsClient], Awaitable[object]]]


def asked(site: DemoSite) -> set[tuple[str, str]]:
    """Method and path of each request, as the page writes them."""
    return {
        (
            entry.method,
            re.sub(r"(?:analyzer|professional)(?=accesstype)", "{type}", entry.route).removeprefix(
                "/qrs/"
            ),
        )
        for entry in site.log.entries()
    }


def one_of_each(kind: LicenseType, ids: dict[str, str]) -> Calls:
    """A call of every method of the client that asks QRS."""

    async def reinstate(client: QrsClient) -> None:
        await client.delete_access_license(kind, ids["fresh"])
        found = await client.access_licenses_by_id(kind, [ids["fresh"]])
        await client.reinstate(found[ids["fresh"]])

    return {
        "site_version": lambda client: client.site_version(),
        "overview": lambda client: client.overview(),
        "server_license": lambda client: client.server_license(),
        "access_licenses": lambda client: client.access_licenses(kind),
        "access_licenses_by_id": lambda client: client.access_licenses_by_id(kind, [ids["old"]]),
        "users": lambda client: client.users([ids["user"]]),
        "license_of_user": lambda client: client.license_of_user(kind, ids["user"]),
        "owner_ids": lambda client: client.owner_ids(),
        "delete_access_license": lambda client: client.delete_access_license(kind, ids["old"]),
        "delete_selected": lambda client: client.delete_selected(kind, [ids["second"]]),
        "allocate": lambda client: client.allocate(kind, ids["user"]),
        "reinstate": reinstate,
    }


async def test_the_page_names_the_requests_that_the_client_sends(
    demo_site: StartDemoSite,
) -> None:
    """Each method once, at a site of today and at an old one; neither side has one more."""
    users = [a_user(f"LAB\\user{number}") for number in range(3)]
    used = [USED, USED, NOW - timedelta(days=1)]
    licenses = [a_license(user, last_used=at) for user, at in zip(users, used, strict=True)]
    site = demo_site(small_world(*zip(users, licenses, strict=True)))
    ids = dict(zip(("old", "second", "fresh"), (own.id for own in licenses), strict=True))
    calls = one_of_each(LicenseType.ANALYZER, ids | {"user": users[0].id})
    methods = {name for name, _ in inspect.getmembers(QrsClient, inspect.isfunction)}
    public = {name for name in methods if not name.startswith("_")}
    assert set(calls) == public - NEVER_ASKS
    async with connected(site) as client:
        for call in calls.values():
            await call(client)
        site.world.behaviour = Behaviour(overview="unknown")
        await client.overview()
    assert set(REQUEST.findall(PAGE)) == asked(site)


def connected(site: DemoSite) -> AbstractAsyncContextManager[QrsClient]:
    """A client of the site."""
    material = ClientCertificate(site.pki.client.pfx)
    return qrs_client(site.port, root=site.pki.root_pem, material=material, now=NOW)


def test_the_page_names_the_operations_of_qlikview_with_their_groups() -> None:
    """And the groups that the errors name."""
    made = [
        operations.get_service_key(),
        operations.get_servers(),
        operations.get_cal_configuration(SERVER),
        operations.clear_cal_cache(),
    ]
    rows = dict(OPERATION.findall(PAGE.split("## QlikView")[1]))
    assert set(rows) == {operation.name for operation in made}
    for operation in made[1:]:
        for group in re.findall(r'"([^"]+)"', operation.rights):
            assert group in rows[operation.name], operation.name


def test_every_rule_gives_a_right_that_a_request_needs_and_no_other() -> None:
    """Create, Read, Update and Delete on access licenses; on all else Read alone."""
    rules = re.findall(r"^\| Steward \w+[^|]* \| `([^`]+)` \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert len(rules) == 4
    access = {"License.AnalyzerAccessType_*", "License.ProfessionalAccessType_*"}
    given = {action for _, actions in rules for action in actions.split(", ")}
    assert given == {"Create", "Read", "Update", "Delete"}
    for resources, actions in rules:
        assert actions == "Read" or set(resources.split(",")) == access, resources
        assert "*" not in resources.split(","), "a rule over everything"
