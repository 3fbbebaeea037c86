"""From YAML over settings to decisions: the app releases what Butler's config names."""

from typing import Any

import yaml
from hypothesis import given, settings

from local.butler.convert import convert
from local.butler.formats import Format, app_settings
from local.butler.read_yaml import read_tree
from local.demo_site.bodies import license_full, user_full
from local.demo_site.population import make_population
from local.demo_site.records import LicenseType as DemoLicenseType
from local.demo_site.world import World
from shared.adapters.qrs.parsing import license_reader, user_reader
from shared.domain.model import LicenseType
from shared.domain.plan import Action
from shared.domain.policy import ReleasePolicy, decide
from shared.settings import load_settings
from shared.settings.rules import release_policy
from tests.naive_reading import licenses_to_release
from tests.random_sites import NOW, configs, sites
from tests.unit.butler.configs import CONNECTION, SEED

type Rows = dict[str, list[dict[str, Any]]]


def policy_of(text: str) -> ReleasePolicy:
    """The policy that an imported config amounts to."""
    done = convert(read_tree(text, "butler.yaml"), "butler.yaml", {})
    return release_policy(load_settings(app_settings(done, Format.SETTINGS_FILE)))


def going(rows: Rows, visible: list[dict[str, Any]], policy: ReleasePolicy) -> set[str]:
    """The licenses that the app's rules release."""
    wanted = {user["id"] for user in visible}
    users = {row["id"]: user_reader(wanted)(row["id"], row) for row in visible}
    found = set()
    for license_type in LicenseType:
        for row in rows[license_type]:
            license_ = license_reader(license_type)(row["id"], row)
            assert license_ is not None
            user = users.get(license_.user.id) if license_.user else None
            if decide(license_, user, policy, NOW).action is Action.RELEASE:
                found.add(license_.id)
    return found


@settings(max_examples=100, deadline=None)
@given(site=sites(), config=configs())
def test_any_config_decides_as_the_document_says(
    site: tuple[Rows, list[dict[str, Any]]], config: dict[str, Any]
) -> None:
    """Dumped as YAML, imported, and held against the plain reading of the document."""
    rows, visible = site
    butler = yaml.safe_load(f"Butler:{CONNECTION}")["Butler"]
    butler["qlikSenseLicense"] = {"licenseRelease": {"enable": True, **config}}
    text = yaml.safe_dump({"Butler": butler}, allow_unicode=True)
    assert going(rows, visible, policy_of(text)) == licenses_to_release(rows, visible, config, NOW)


def test_the_sample_decides_on_a_demo_site_as_the_document_says() -> None:
    """2,000 users with everything that the rules look at; some go and some of each rule stay."""
    world = World(make_population(2_000, seed=7, now=NOW), clock=lambda: NOW)
    rows: Rows = {
        str(kind): [license_full(held) for held in world.held(kind)] for kind in DemoLicenseType
    }
    visible: list[dict[str, Any]] = [user_full(user) for user in world.users()]
    config = yaml.safe_load(SEED)["Butler"]["qlikSenseLicense"]["licenseRelease"]
    named = licenses_to_release(rows, visible, config, NOW)
    assert going(rows, visible, policy_of(SEED)) == named
    assert 50 < len(named) < sum(map(len, rows.values()))
