"""Deleting by selection and giving back, at a whole site that answers one way or the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from local.demo_site import faults, records
from local.demo_site.behaviour import Behaviour
from local.demo_site.site import DemoSite
from shared.adapters.qrs import CertificateUser, ClientCertificate, QrsClient
from shared.domain.errors import QrsAnswerError, QrsDeniedError
from shared.domain.model import AccessLicense, LicenseType
from shared.domain.release import AllocateKind, DeleteAnswer
from tests.demo_site_fixture import (
    NOW,
    ManualClock,
    StartDemoSite,
    a_license,
    a_user,
    populated_world,
    small_world,
)
from tests.integration.qrs.site import USER, qrs_client

ANALYZER = LicenseType.ANALYZER
DAY = timedelta(days=1)
SELECTION = "/qrs/selection/{id}"
BULK = f"{SELECTION}/license/analyzeraccesstype"


@asynccontextmanager
async def _client(site: DemoSite, user: CertificateUser = USER) -> AsyncIterator[QrsClient]:
    material = ClientCertificate(site.pki.client.pfx)
    async with qrs_client(
        site.port, root=site.pki.root_pem, material=material, auth=user, now=NOW
    ) as client:
        yield client


async def _quarantined(client: QrsClient, license_id: str) -> AccessLicense:
    """The license, taken from its user a moment ago."""
    await client.delete_access_license(ANALYZER, license_id)
    return (await client.access_licenses_by_id(ANALYZER, [license_id]))[license_id]


def _selections_left(site: DemoSite) -> int:
    return site.log.count("POST", "/qrs/selection") - site.log.count("DELETE", SELECTION)


async def test_a_selection_takes_just_the_licenses_asked_for(demo_site: StartDemoSite) -> None:
    """Hundreds at once; nobody else's, and the site keeps its own license."""
    site = demo_site(populated_world(500))
    async with _client(site) as client:
        everything = await client.access_licenses(ANALYZER)
        asked = [each.id for each in everything if not each.quarantined][::2]
        assert len(asked) > 100
        assert await client.delete_selected(ANALYZER, asked) is DeleteAnswer.ACCEPTED
        left = {each.id: each for each in await client.access_licenses(ANALYZER)}
        assert await client.server_license() is not None
    assert {each.license_id for each in site.world.deleted} == set(asked)
    untouched = [each for each in everything if each.id not in asked]
    assert [left[each.id] for each in untouched] == untouched
    assert site.log.count("DELETE", BULK) == 1
    assert _selections_left(site) == 0


async def test_a_lost_answer_to_a_bulk_delete_is_lost(demo_site: StartDemoSite) -> None:
    """The site did it once, reading tells, and the selection is gone."""
    anna = a_user("LAB\\anna")
    own = a_license(anna, last_used=NOW - 60 * DAY)
    site = demo_site(small_world((anna, own)))
    site.faults.inject(faults.LoseAnswer(), method="DELETE", path=BULK)
    async with _client(site) as client:
        assert await client.delete_selected(ANALYZER, [own.id]) is DeleteAnswer.LOST
        assert await client.access_licenses_by_id(ANALYZER, [own.id]) == {}
    assert site.log.count("DELETE", BULK) == 1
    assert _selections_left(site) == 0


async def test_a_bulk_delete_that_stops_half_way_is_lost(demo_site: StartDemoSite) -> None:
    """Some went and some did not: it is neither accepted nor an error."""
    held = [(user, a_license(user)) for user in (a_user("LAB\\anna"), a_user("LAB\\ben"))]
    site = demo_site(small_world(*held))
    site.world.behaviour = Behaviour(selection_delete_stops_after=1)
    async with _client(site) as client:
        ids = [own.id for _, own in held]
        assert await client.delete_selected(ANALYZER, ids) is DeleteAnswer.LOST
        assert len(await client.access_licenses_by_id(ANALYZER, ids)) == 1
    assert _selections_left(site) == 0


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(selection_drops_unknown=True), Behaviour(selection_shows_items=False)],
)
async def test_a_selection_that_differs_deletes_nothing(
    demo_site: StartDemoSite, behaviour: Behaviour
) -> None:
    """Here since one license is gone, or since the site does not say what it selected."""
    anna = a_user("LAB\\anna")
    own = a_license(anna)
    site = demo_site(small_world((anna, own)))
    site.world.behaviour = behaviour
    async with _client(site) as client:
        with pytest.raises(QrsAnswerError, match="nothing was deleted"):
            await client.delete_selected(ANALYZER, [own.id, anna.id])
    assert site.world.deleted == []
    assert _selections_left(site) == 0


async def test_an_account_without_rights_changes_nothing(demo_site: StartDemoSite) -> None:
    """Neither by selection nor by giving; it is told which setting names the account."""
    anna, ben = a_user("LAB\\anna"), a_user("LAB\\ben")
    own = a_license(anna)
    site = demo_site(small_world((anna, own), (ben, None)))
    async with _client(site, CertificateUser("LAB", "weak")) as client:
        with pytest.raises(QrsDeniedError, match="QLIK_SENSE__USER"):
            await client.delete_selected(ANALYZER, [own.id])
        with pytest.raises(QrsDeniedError, match="QLIK_SENSE__USER"):
            await client.allocate(ANALYZER, ben.id)
    assert site.world.deleted == []


async def test_a_freed_license_is_given_back(demo_site: StartDemoSite) -> None:
    """Gone after 60 idle days, given again as a new license of the same user."""
    anna = a_user("LAB\\anna")
    own = a_license(anna, last_used=NOW - 60 * DAY)
    site = demo_site(small_world((anna, own), total=1))
    async with _client(site) as client:
        assert await client.license_of_user(ANALYZER, anna.id) is not None
        await client.delete_access_license(ANALYZER, own.id)
        assert await client.license_of_user(ANALYZER, anna.id) is None
        assert (await client.allocate(ANALYZER, anna.id)).kind is AllocateKind.ACCEPTED
        again = await client.license_of_user(ANALYZER, anna.id)
        assert again is not None
        assert again.id != own.id
        assert again.account == "LAB\\anna"
        twice = await client.allocate(ANALYZER, anna.id)
    assert twice.kind is AllocateKind.REFUSED
    assert "<BrokenRules>" in twice.detail


@pytest.mark.parametrize(("total", "gives"), [(1, True), (10, False)])
async def test_a_site_that_gives_none_says_why(
    demo_site: StartDemoSite, total: int, gives: bool
) -> None:
    """None is free, or the site does not take licenses given this way."""
    anna, ben = a_user("LAB\\anna"), a_user("LAB\\ben")
    site = demo_site(small_world((anna, a_license(anna)), (ben, None), total=total))
    site.world.behaviour = Behaviour(post_gives=gives)
    async with _client(site) as client:
        answer = await client.allocate(ANALYZER, ben.id)
        assert await client.license_of_user(ANALYZER, ben.id) is None
    assert answer.kind is AllocateKind.REFUSED
    assert "<BrokenRules>" in answer.detail


@pytest.mark.parametrize(
    ("behaviour", "kind", "in_force"),
    [
        (Behaviour(), AllocateKind.ACCEPTED, True),
        (Behaviour(put_reinstates="without effect"), AllocateKind.ACCEPTED, False),
        (Behaviour(put_reinstates="refused"), AllocateKind.REFUSED, False),
    ],
)
async def test_a_quarantine_ends_or_reading_shows_that_it_did_not(
    demo_site: StartDemoSite, behaviour: Behaviour, kind: AllocateKind, in_force: bool
) -> None:
    """The license stays the same one; what is known of its use stays as well."""
    anna = a_user("LAB\\anna")
    own = a_license(anna, last_used=NOW - 2 * DAY)
    site = demo_site(small_world((anna, own)))
    site.world.behaviour = behaviour
    async with _client(site) as client:
        taken = await _quarantined(client, own.id)
        assert taken.quarantined
        assert (await client.reinstate(taken)).kind is kind
        now = await client.license_of_user(ANALYZER, anna.id)
    assert now is not None
    assert (now.id, now.quarantined) == (own.id, not in_force)
    assert now.last_used == own.last_used


async def test_a_change_in_between_is_not_overwritten(demo_site: StartDemoSite) -> None:
    """Between reading and writing the record somebody else wrote it: refused with 409."""
    clock = ManualClock()
    anna = a_user("LAB\\anna")
    own = a_license(anna, last_used=NOW - 2 * DAY)
    site = demo_site(small_world((anna, own), clock=clock))
    kind = records.LicenseType.ANALYZER
    async with _client(site) as client:
        taken = await _quarantined(client, own.id)
        clock.move(timedelta(minutes=1))
        site.hooks.before(lambda _: site.world.reinstate(kind, own.id, "LAB\\admin"), method="PUT")
        answer = await client.reinstate(taken)
    assert answer.kind is AllocateKind.REFUSED
    assert "409" in answer.detail
    assert site.log.count("PUT") == 1


@pytest.mark.parametrize("used_days_ago", [2, 60])
async def test_a_gift_whose_answer_got_lost_is_found_by_reading(
    demo_site: StartDemoSite, used_days_ago: int
) -> None:
    """It is there, once, whichever way it was given back."""
    anna = a_user("LAB\\anna")
    own = a_license(anna, last_used=NOW - used_days_ago * DAY)
    site = demo_site(small_world((anna, own)))
    for method in ("POST", "PUT"):
        site.faults.inject(faults.LoseAnswer(), method=method)
    async with _client(site) as client:
        await client.delete_access_license(ANALYZER, own.id)
        taken = await client.license_of_user(ANALYZER, anna.id)
        if taken is not None:
            answer = await client.reinstate(taken)
        else:
            answer = await client.allocate(ANALYZER, anna.id)
        now = await client.license_of_user(ANALYZER, anna.id)
    assert answer.kind is AllocateKind.LOST
    assert now is not None
    assert not now.quarantined
    assert site.log.count("POST") + site.log.count("PUT") == 1


@pytest.mark.parametrize("minutes", [-30, 0, 30])
async def test_the_clock_of_a_site_is_seen(demo_site: StartDemoSite, minutes: int) -> None:
    """A site whose clock is wrong says so with every answer."""
    clock = ManualClock(NOW + timedelta(minutes=minutes))
    site = demo_site(small_world(clock=clock))
    async with _client(site) as client:
        await client.overview()
        found = client.clock_difference()
    assert found is not None
    assert abs(found - timedelta(minutes=minutes)) <= timedelta(seconds=1)
