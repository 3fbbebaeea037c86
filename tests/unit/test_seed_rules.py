"""The app's decisions against a second, naively written reading of the seed document's rules."""

from typing import Any

from hypothesis import given, settings

from shared.adapters.qrs.parsing import license_reader, user_reader
from shared.domain.model import LicenseType
from shared.domain.plan import Action
from shared.domain.policy import decide
from shared.settings import load_settings
from shared.settings.rules import release_policy
from tests.naive_reading import as_settings, licenses_to_release
from tests.random_sites import NOW, configs, sites

NEEDED = {
    "SITE_NAME": "prod",
    "QLIK_SENSE__HOST": "sense.example.com",
    "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "client.pem",
}


@settings(max_examples=200)
@given(site=sites(), config=configs())
def test_the_app_releases_exactly_what_the_document_names(
    site: tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]]], config: dict[str, Any]
) -> None:
    """From the same JSON and the same rules, both readings name the same licenses."""
    rows, visible = site
    policy = release_policy(load_settings({**NEEDED, **as_settings(config)}))
    wanted = {user["id"] for user in visible}
    users = {row["id"]: user_reader(wanted)(row["id"], row) for row in visible}
    going = set()
    for license_type in LicenseType:
        for row in rows[license_type]:
            license_ = license_reader(license_type)(row["id"], row)
            assert license_ is not None
            user = users.get(license_.user.id) if license_.user else None
            if decide(license_, user, policy, NOW).action is Action.RELEASE:
                going.add(license_.id)
    assert going == licenses_to_release(rows, visible, config, NOW)
