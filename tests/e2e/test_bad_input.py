"""Bad input end to end: one clear error that says what to do, and nothing lost."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.demo_site import faults
from local.demo_site.accounts import Accounts, Rights
from local.demo_site.certificates import make_pki
from local.demo_site.virtual_proxy import VirtualProxy
from shared.domain.runs import MessageRefusal
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, Steward, fresh_world


async def refused(app: Steward, timer: str) -> str:
    """The error of a timer function that must fail; nothing was planned, queued or deleted."""
    result = await app.run(timer)
    assert not result.succeeded
    assert app.queued() == []
    assert app.deleted() == set()
    return result.error or ""


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"QLIK_SENSE__HOST": None}, ["QLIK_SENSE__HOST"]),
        ({"LICENSE_RELEASE__MAX_PER_RUN": "-1"}, ["LICENSE_RELEASE__MAX_PER_RUN"]),
        (
            {
                "LICENSE_RELEASE__NEVER_RELEASE__TAGS": "License do not release",
                "LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS": "soon",
            },
            [
                "LICENSE_RELEASE__NEVER_RELEASE__TAGS",
                "LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS",
            ],
        ),
        (
            {"QLIK_SENSE__CLIENT_CERTIFICATE_SECRET": "twice"},
            ["QLIK_SENSE__CLIENT_CERTIFICATE_SECRET", "QLIK_SENSE__CLIENT_CERTIFICATE_FILE"],
        ),
        (
            {"QLIK_SENSE__USER": "@Microsoft.KeyVault(SecretUri=https://v/secrets/s)"},
            ["QLIK_SENSE__USER", "Key Vault"],
        ),
        ({"LICENSE_RELEASE__NEVER_RELEASE__TAG": "[]"}, ["LICENSE_RELEASE__NEVER_RELEASE__TAGS"]),
        ({"LICENSE_RELEASE__GRACE_DAYS": "-7"}, ["LICENSE_RELEASE__GRACE_DAYS"]),
    ],
    ids=str,
)
async def test_wrong_settings_plan_nothing_and_name_themselves(
    steward: StartSteward, settings: Mapping[str, str | None], names: list[str]
) -> None:
    """All wrong settings are named in one error."""
    error = await refused(await steward(settings), "plan_releases")
    assert all(name in error for name in names), error


async def test_wrong_settings_release_nothing_and_the_message_is_kept(
    steward: StartSteward,
) -> None:
    """The message ends in the poison queue's record, whole, whatever the settings are."""
    planner = await steward()
    await planner.run("plan_releases")
    messages = planner.queued()
    broken = {
        "SITE_NAME": messages[0]["site"],
        "LICENSE_RELEASE__NEVER_RELEASE__USERS": "not json",
    }
    app = await steward(broken, site=planner.site)
    app.put(json.dumps(messages[0]))
    drained = await app.drain()
    assert (drained.poisoned, app.deleted()) == (1, set())
    kept = await app.ledger.refused_messages()
    assert [m.refusal for m in kept] == [MessageRefusal.POISON]
    assert json.loads(kept[0].body) == messages[0]
    assert app.events().count("message.poisoned") == 1


async def test_an_expired_client_certificate_says_so(
    steward: StartSteward, demo_site: StartDemoSite, tmp_path: Path
) -> None:
    """The date, and where to get a new one."""
    site = demo_site(fresh_world())
    certificate = tmp_path / "expired.pem"
    certificate.write_bytes(site.pki.expired_client().combined_pem)
    settings = {
        "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": str(certificate),
        "QLIK_SENSE__CLIENT_KEY_FILE": None,
    }
    error = await refused(await steward(settings, site=site), "plan_releases")
    assert "expired" in error
    assert "QMC" in error


async def test_a_wrong_root_certificate_names_its_setting(
    steward: StartSteward, demo_site: StartDemoSite, tmp_path: Path
) -> None:
    """The server is always verified."""
    root = tmp_path / "root.pem"
    root.write_bytes(make_pki(elliptic=True).root_pem)
    settings = {"QLIK_SENSE__ROOT_CERTIFICATE_FILE": str(root)}
    error = await refused(await steward(settings), "plan_releases")
    assert "QLIK_SENSE__ROOT_CERTIFICATE" in error


async def test_an_account_that_sees_fewer_licenses_makes_no_plan(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """QRS gives it a shorter list and no error; the overview tells."""
    weak = Accounts({"INTERNAL\\sa_api": Rights(licenses_of=frozenset({"LAB"}))})
    app = await steward(site=demo_site(fresh_world(), accounts=weak))
    error = await refused(app, "plan_releases")
    assert "QLIK_SENSE__USER" in error
    assert "plan.refused" in app.events()


async def test_an_account_that_sees_no_users_keeps_every_license(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Kept and counted, with a warning."""
    weak = Accounts({"INTERNAL\\sa_api": Rights(users_of=frozenset())})
    app = await steward(site=demo_site(fresh_world(), accounts=weak))
    assert (await app.run("plan_releases")).succeeded
    assert app.queued() == []
    assert "plan.users_not_visible" in app.events()


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (faults.login_redirect(), "sign"),
        (faults.html_page(200), "web page"),
        (faults.json_body("{}"), "list"),
        (faults.json_body("null"), "list"),
        (faults.LoseRows(1), "may be partial"),
        (faults.status(403), "403"),
    ],
    ids=["redirect", "html", "object", "null", "rows lost", "403"],
)
async def test_an_answer_that_is_not_the_whole_list_makes_no_plan(
    steward: StartSteward, fault: faults.Effect, hint: str
) -> None:
    """A login page, another type or a short list is never read as "no licenses"."""
    app = await steward()
    app.site.faults.inject(fault, path="*analyzeraccesstype/full")
    assert hint.lower() in (await refused(app, "plan_releases")).lower()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"version": 2}, MessageRefusal.UNKNOWN_VERSION),
        ({"site": "another"}, MessageRefusal.OTHER_SITE),
        ({"expires_at": "2020-01-01T00:00:00Z"}, MessageRefusal.EXPIRED),
        ({"license_type": "token"}, MessageRefusal.MALFORMED),
    ],
    ids=str,
)
async def test_a_bad_message_costs_one_invocation_and_one_record(
    steward: StartSteward, changes: dict[str, Any], refusal: MessageRefusal
) -> None:
    """Recorded with its reason, not retried, not poisoned."""
    app = await steward()
    await app.run("plan_releases")
    message = app.queued()[0]
    await app.drain()
    deleted = app.deleted()
    app.put(json.dumps({**message, **changes}))
    drained = await app.drain()
    assert (drained.ok, drained.failed, drained.poisoned) == (1, 0, 0)
    kept = await app.ledger.refused_messages()
    assert [m.refusal for m in kept] == [refusal]
    assert app.deleted() == deleted


async def test_a_site_that_is_down_poisons_the_message_and_loses_nothing(
    steward: StartSteward,
) -> None:
    """Every try fails; the message is recorded whole and the licenses are untouched."""
    app = await steward()
    await app.run("plan_releases")
    message = app.queued()[0]
    app.site.faults.inject(faults.status(403), path="*accesstype/full")
    drained = await app.drain()
    assert drained.failed >= 1
    assert app.deleted() == set()
    assert message in [json.loads(m.body) for m in await app.ledger.refused_messages()]


async def test_a_jwt_through_a_virtual_proxy_is_the_second_way_in(
    steward: StartSteward, demo_site: StartDemoSite, tmp_path: Path
) -> None:
    """The same job without a certificate."""
    site = demo_site(fresh_world(), proxy=VirtualProxy("jwt", {"a.b.c": "INTERNAL\\sa_api"}))
    token = tmp_path / "token"
    token.write_text("a.b.c\n")
    settings = {
        "QLIK_SENSE__PORT": str(site.proxy_port),
        "QLIK_SENSE__VIRTUAL_PROXY": "jwt",
        "QLIK_SENSE__JWT_FILE": str(token),
        "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": None,
        "QLIK_SENSE__CLIENT_KEY_FILE": None,
    }
    app = await steward(settings, site=site)
    assert (await app.run("plan_releases")).succeeded
    await app.drain()
    assert app.deleted()
