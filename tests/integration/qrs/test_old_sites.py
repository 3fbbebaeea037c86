"""Sites whose overview lacks something: what they tell is taken, and nothing is planned on less."""

from typing import Literal

import pytest

from local.demo_site.behaviour import Behaviour
from local.demo_site.site import DemoSite
from shared.adapters.qrs import ClientCertificate
from shared.domain.errors import (
    PartialReadError,
    QrsAnswerError,
    QrsDeniedError,
    QrsUnavailableError,
)
from shared.domain.limits import Limits
from shared.domain.model import AccessTypeOverview, LicenseType, TokenAccess
from shared.usecases.daily_budget import BudgetKeeper
from shared.usecases.read_site import read_site
from tests.demo_site_fixture import NOW, StartDemoSite, populated_world
from tests.integration.qrs.raw_server import Answer, raw_server, reply, server_tls
from tests.integration.qrs.site import ROOT, SERVER, Options, qrs_client
from tests.unit.fakes import MemoryLedger

TLS = server_tls(SERVER, clients=ROOT)
POOL = {
    "enabled": True,
    "total": 25,
    "allocated": 5,
    "used": 1,
    "quarantined": 2,
    "excess": 0,
    "available": 18,
}
PROFESSIONAL_ONLY = {"tokensEnabled": False, "totalTokens": 0, "professionalAccess": POOL}
INFO = {
    "totalTokens": 30,
    "availableTokens": 12,
    "userAccessType": {
        "tokenCost": 1,
        "allocatedTokens": 8,
        "usedTokens": 6,
        "quarantinedTokens": 2,
    },
    "loginAccessType": {
        "tokenCost": 0.1,
        "allocatedTokens": 10,
        "usedTokens": 4,
        "unavailableTokens": 1,
    },
    "analyzerAccessType": {
        "tokenCost": 1,
        "allocatedTokens": 40,
        "usedTokens": 3,
        "quarantinedTokens": 2,
    },
}
OVERVIEW_PATH = "/qrs/license/accesstypeoverview"
INFO_PATH = "/qrs/license/accesstypeinfo"
UNKNOWN = reply(404, b"")


def _options(site: DemoSite) -> Options:
    return {"root": site.pki.root_pem, "material": ClientCertificate(site.pki.client.pfx)}


async def _overview(*answers: Answer) -> AccessTypeOverview:
    async with raw_server(TLS, *answers) as server, qrs_client(server.port) as client:
        overview = await client.overview()
    assert [each.path for each in server.requests] == [OVERVIEW_PATH, INFO_PATH][: len(answers)]
    return overview


@pytest.mark.parametrize("shown", ["without pools", "unknown"])
async def test_nothing_is_planned_or_released_on_an_old_site(
    demo_site: StartDemoSite, shown: Literal["without pools", "unknown"]
) -> None:
    """Its overview is read, accesstypeinfo once too; but nobody confirms the license lists."""
    site = demo_site(populated_world(60))
    site.world.behaviour = Behaviour(overview=shown)
    async with qrs_client(site.port, **_options(site)) as client:
        overview = await client.overview()
        assert site.log.count("GET", INFO_PATH) == 1
        with pytest.raises(PartialReadError, match="does not say how many analyzer licenses"):
            await read_site(client, list(LicenseType))
        budget = BudgetKeeper(MemoryLedger(), client, Limits(9, 100), lambda: NOW)
        with pytest.raises(PartialReadError, match="analyzer"):
            await budget.reserve(LicenseType.ANALYZER, 1)
    assert overview.pools == {}
    held = site.world.counts()
    for kind in LicenseType:
        number = next(count.held for name, count in held.items() if name.value == kind.value)
        assert any(
            f"of {kind} access {number} tokens allocated" in remark for remark in overview.remarks
        )
    assert any("deprecated license/accesstypeinfo was asked" in each for each in overview.remarks)
    assert (overview.analyzer_capacity is None) is (shown == "unknown")


async def test_a_site_of_today_is_asked_once(demo_site: StartDemoSite) -> None:
    """A whole overview needs no second source and has no remarks."""
    site = demo_site(populated_world(60))
    async with qrs_client(site.port, **_options(site)) as client:
        assert (await client.overview()).remarks == ()
    assert site.log.count("GET", INFO_PATH) == 0


async def test_tokens_come_from_the_old_source() -> None:
    """Totals, user and login access are taken as they are; a site with tokens uses them."""
    overview = await _overview(UNKNOWN, reply(body=INFO))
    assert (overview.tokens_enabled, overview.total_tokens, overview.available_tokens) == (
        True,
        30.0,
        12.0,
    )
    assert overview.user_access == TokenAccess(
        enabled=True, token_cost=1, allocated_tokens=8, used_tokens=6, quarantined_tokens=2
    )
    assert overview.login_access == TokenAccess(
        enabled=True, token_cost=0.1, allocated_tokens=10, used_tokens=4, unavailable_tokens=1
    )
    asked, analyzer, professional = overview.remarks
    assert asked == (
        "The deprecated license/accesstypeinfo was asked too, because this Qlik Sense version does"
        " not know license/accesstypeoverview."
    )
    assert analyzer == (
        "It tells of analyzer access 40 tokens allocated and 2 in quarantine, at 1 a license, but"
        " not how many licenses there are: the pool stays unknown."
    )
    assert professional == "It tells nothing of professional access."


async def test_what_the_overview_tells_goes_before() -> None:
    """Its pool, its tokens and its word on them stay; only the gaps are filled."""
    overview = await _overview(reply(body=PROFESSIONAL_ONLY), reply(body=INFO))
    assert list(overview.pools) == [LicenseType.PROFESSIONAL]
    assert (overview.tokens_enabled, overview.total_tokens) == (False, 0.0)
    assert overview.user_access
    assert overview.user_access.enabled is False
    assert "nothing on analyzer access" in overview.remarks[0]


@pytest.mark.parametrize("odd", [{"totalTokens": -1}, {"userAccessType": [], "totalTokens": None}])
async def test_odd_numbers_of_the_old_source_cost_only_themselves(odd: dict[str, object]) -> None:
    """What can't be read there is left out with a remark, and the rest is taken."""
    overview = await _overview(UNKNOWN, reply(body=INFO | odd))
    assert overview.total_tokens is None
    assert overview.available_tokens == 12
    assert overview.login_access
    assert "of the access type info" in overview.remarks[-1]


@pytest.mark.parametrize(
    "answer", [UNKNOWN, reply(403), reply(500), reply(body=b"{"), reply(body=[])]
)
async def test_an_old_source_that_fails_costs_nothing_else(answer: Answer) -> None:
    """The pools that the overview has are collected, and the failure is told."""
    async with (
        raw_server(TLS, reply(body=PROFESSIONAL_ONLY), answer) as server,
        qrs_client(server.port) as client,
    ):
        overview = await client.overview()
    assert overview.pools[LicenseType.PROFESSIONAL].available == 18
    (remark,) = overview.remarks
    assert remark.startswith("The access type overview has nothing on analyzer access, nor could")


async def test_a_host_that_knows_neither_path_is_named_as_such() -> None:
    """Two 404s end in the error of the first: it may be something else than QRS."""
    async with raw_server(TLS, UNKNOWN) as server, qrs_client(server.port) as client:
        with pytest.raises(
            QrsAnswerError, match=r"404 to GET /qrs/license/accesstypeoverview.*HOST"
        ):
            await client.overview()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(500), QrsUnavailableError),
        (reply(403), QrsDeniedError),
        (reply(body=[]), QrsAnswerError),
    ],
)
async def test_an_old_site_whose_only_source_fails_has_no_counts(
    answer: Answer, error: type[Exception]
) -> None:
    """Its failure is the failure of the collection: there is nothing to collect."""
    async with raw_server(TLS, UNKNOWN, answer) as server, qrs_client(server.port) as client:
        with pytest.raises(error):
            await client.overview()


async def test_a_number_of_endless_digits_is_one_clear_error() -> None:
    """Such a body ends in an error, and the worker lives on."""
    body = b'{"totalTokens":' + b"9" * 5000 + b"}"
    async with raw_server(TLS, reply(body=body)) as server, qrs_client(server.port) as client:
        with pytest.raises(QrsAnswerError, match="endless digits"):
            await client.overview()
