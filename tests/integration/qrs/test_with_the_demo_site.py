"""The client and a whole site: what it reads is what the site holds, what it deletes is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from local.demo_site import faults, records
from local.demo_site.site import DemoSite
from local.demo_site.virtual_proxy import VirtualProxy
from shared.adapters.qrs import CertificateUser, ClientCertificate, JwtAuth, QrsClient
from shared.domain.errors import QrsDeniedError
from shared.domain.model import AccessLicense, LicenseType, User, UserReference
from shared.domain.release import DeleteAnswer
from tests.demo_site_fixture import (
    NOW,
    StartDemoSite,
    a_license,
    a_user,
    populated_world,
    small_world,
)
from tests.integration.qrs.site import USER, qrs_client

ANALYZER = records.LicenseType.ANALYZER


@asynccontextmanager
async def _client(site: DemoSite, user: CertificateUser = USER) -> AsyncIterator[QrsClient]:
    material = ClientCertificate(site.pki.client.pfx)
    async with qrs_client(
        site.port, root=site.pki.root_pem, material=material, auth=user
    ) as client:
        yield client


def _expected_license(held: records.HeldLicense) -> AccessLicense:
    own, user = held.license, held.user
    return AccessLicense(
        id=own.id,
        license_type=LicenseType(own.type.value),
        user=UserReference(user.id, user.directory, user.user_id) if user else None,
        created=own.created,
        modified=own.modified,
        last_used=own.last_used,
        quarantined=own.quarantined,
        quarantine_end=own.quarantine_end,
        excess=own.excess,
    )


def _key(own: AccessLicense) -> str:
    return own.id


@pytest.mark.parametrize("license_type", LicenseType)
async def test_every_license_of_a_site_is_read(
    demo_site: StartDemoSite, license_type: LicenseType
) -> None:
    """Nothing is added, lost or changed on the way, and the ids find the same licenses again."""
    site = demo_site(populated_world(500))
    held = site.world.held(records.LicenseType(license_type.value))
    async with _client(site) as client:
        everything = await client.access_licenses(license_type)
        by_id = await client.access_licenses_by_id(license_type, [x.id for x in everything])
    expected = [_expected_license(each) for each in held]
    assert sorted(everything, key=_key) == sorted(expected, key=_key)
    assert by_id == {each.id: each for each in everything}


async def test_users_are_the_same_by_filter_and_by_list(demo_site: StartDemoSite) -> None:
    """Both ways to read users give what the site holds, in few requests."""
    site = demo_site(populated_world(500))
    async with _client(site) as client:
        held = [held for kind in records.LicenseType for held in site.world.held(kind)]
        ids = sorted({each.user.id for each in held if each.user})
        everybody = await client.users(ids)
        some = await client.users(ids[:150])
    assert len(ids) > 200
    assert site.log.count("GET", "/qrs/user/full") == 3
    assert some == {each: everybody[each] for each in ids[:150]}
    assert {each.id: each.account for each in everybody.values()} == {
        each.user.id: each.user.account for each in held if each.user
    }
    assert {each.tags for each in everybody.values()} != {()}
    assert {each.custom_properties for each in everybody.values()} != {()}


async def test_flags_of_users_are_told_apart(demo_site: StartDemoSite) -> None:
    """Blocked is not inactive, and neither is removed externally."""
    site = demo_site(populated_world(500))
    async with _client(site) as client:
        held = [each.user for each in site.world.held(ANALYZER) if each.user]
        found = await client.users([each.id for each in held])

    def flags(user: User) -> tuple[bool, bool, bool]:
        return user.inactive, user.blocked, user.removed_externally

    expected = {x.id: (x.inactive, x.blacklisted, x.removed_externally) for x in held}
    assert {each.id: flags(each) for each in found.values()} == expected


async def test_the_overview_agrees_with_the_lists(demo_site: StartDemoSite) -> None:
    """Counts and lists of one site tell the same story."""
    site = demo_site(populated_world(300))
    async with _client(site) as client:
        overview = await client.overview()
        for license_type, pool in overview.pools.items():
            everything = await client.access_licenses(license_type)
            assert sum(each.quarantined for each in everything) == pool.quarantined
            assert len(everything) == pool.allocated + pool.quarantined
        assert await client.site_version()
        assert await client.server_license() is not None


async def test_a_delete_frees_or_quarantines_one_license(demo_site: StartDemoSite) -> None:
    """The site took back just the one license; used lately, it stays in quarantine."""
    anna, bert, carl = (a_user(f"LAB\\{name}") for name in ("anna", "bert", "carl"))
    unused, recent, other = (
        a_license(anna, last_used=NOW - timedelta(days=60)),
        a_license(bert, last_used=NOW - timedelta(days=2)),
        a_license(carl),
    )
    site = demo_site(small_world((anna, unused), (bert, recent), (carl, other)))
    async with _client(site) as client:
        for license_id in (unused.id, recent.id):
            answer = await client.delete_access_license(LicenseType.ANALYZER, license_id)
            assert answer is DeleteAnswer.ACCEPTED
        again = await client.delete_access_license(LicenseType.ANALYZER, unused.id)
        left = await client.access_licenses_by_id(
            LicenseType.ANALYZER, [unused.id, recent.id, other.id]
        )
    assert again is DeleteAnswer.ALREADY_GONE
    assert {each.id: each.quarantined for each in left.values()} == {
        recent.id: True,
        other.id: False,
    }
    assert [each.license_id for each in site.world.deleted] == [unused.id, recent.id]


async def test_a_lost_answer_is_not_asked_for_again(demo_site: StartDemoSite) -> None:
    """The site did what was asked, once; reading tells."""
    anna = a_user("LAB\\anna")
    own = a_license(anna, last_used=NOW - timedelta(days=60))
    site = demo_site(small_world((anna, own)))
    site.faults.inject(faults.LoseAnswer(), method="DELETE")
    async with _client(site) as client:
        answer = await client.delete_access_license(LicenseType.ANALYZER, own.id)
        assert await client.access_licenses_by_id(LicenseType.ANALYZER, [own.id]) == {}
    assert answer is DeleteAnswer.LOST
    assert site.log.count("DELETE") == 1


async def test_an_account_without_rights_is_refused(demo_site: StartDemoSite) -> None:
    """An account that may only look can't delete, and is told which setting names it."""
    anna = a_user("LAB\\anna")
    own = a_license(anna)
    site = demo_site(small_world((anna, own)))
    async with _client(site, CertificateUser("LAB", "weak")) as client:
        assert len(await client.access_licenses(LicenseType.ANALYZER)) == 1
        with pytest.raises(QrsDeniedError, match="QLIK_SENSE__USER"):
            await client.delete_access_license(LicenseType.ANALYZER, own.id)
    assert site.world.deleted == []


async def test_a_virtual_proxy_makes_one_session(demo_site: StartDemoSite) -> None:
    """With a token all requests share a session; with a wrong one the settings are named."""
    proxy = VirtualProxy("jwt", {"a.b.c": "INTERNAL\\sa_api"})
    site = demo_site(populated_world(20), proxy=proxy)
    assert site.proxy_port
    for token, accepted in (("a.b.c", True), ("a.b.d", False)):
        async with qrs_client(
            site.proxy_port,
            root=site.pki.root_pem,
            material=None,
            auth=JwtAuth(token),
            prefix="jwt",
        ) as client:
            if accepted:
                assert await client.access_licenses(LicenseType.ANALYZER)
                assert await client.overview()
            else:
                with pytest.raises(QrsDeniedError, match="QLIK_SENSE__JWT"):
                    await client.overview()
    assert len(proxy.sessions) == 1
