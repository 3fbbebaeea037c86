"""docs/early-warnings.md and docs/measurements.md tell of what the code has."""

import re
from pathlib import Path

from shared.domain import own_points
from shared.domain.early_warnings import WarningKind
from shared.domain.holders import Counted
from shared.domain.leases import lease_points
from shared.domain.leases.survey import survey
from shared.domain.pools import PoolName
from shared.settings import SETTING_REFERENCE
from tests.unit.build import NOW
from tests.unit.leases.build import FARM, a_config, a_lease

WARNINGS = Path("docs/early-warnings.md").read_text()
MEASUREMENTS = Path("docs/measurements.md").read_text()


def test_every_warning_is_explained_and_no_other() -> None:
    """What it means and what to do stands there for each kind."""
    documented = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", WARNINGS, re.MULTILINE)
    assert sorted(documented) == sorted(WarningKind)


def test_the_defaults_in_the_table_are_those_of_the_settings() -> None:
    """Each setting of a threshold has a row with its default: a number, or off."""
    documented = re.findall(r"^\| `([A-Z_]+)` \| (\w+) \|", WARNINGS, re.MULTILINE)
    settings = [x for x in SETTING_REFERENCE if x.name.startswith("EARLY_WARNING__")]
    assert documented == [(info.name, info.default) for info in settings]


def test_the_page_names_no_setting_that_does_not_exist() -> None:
    """A name in capitals is a setting, with or without its prefix."""
    names = {info.name for info in SETTING_REFERENCE}
    for mentioned in re.findall(r"`([A-Z]+(?:_+[A-Z]+)+)`", WARNINGS):
        assert mentioned in names or f"EARLY_WARNING__{mentioned}" in names, mentioned


def test_our_measurements_and_what_they_count_are_documented() -> None:
    """Each measurement has a row, and pools and counts stand in the rows by name."""
    rows = dict(re.findall(r"^\| `(qlik_license_[a-z_]+)` \| (.*)$", MEASUREMENTS, re.MULTILINE))
    names = {
        own_points.LICENSE_POOL,
        own_points.LICENSE_FORECAST,
        own_points.LICENSE_HOLDERS,
        own_points.LICENSE_EXPIRY,
        own_points.LICENSE_PLAN,
    }
    assert set(rows) == names
    assert all(f"`{pool}`" in rows[own_points.LICENSE_POOL] for pool in PoolName)
    assert all(f"`{each}`" in rows[own_points.LICENSE_HOLDERS] for each in Counted)


def test_the_measurements_of_qlikview_are_documented() -> None:
    """Each measurement has a row with the fields and tags that the code writes, and no other."""
    config = a_config([a_lease("CTX01"), a_lease("NB-7")], removed=[])
    surveys = [survey(config, FARM, NOW)]
    written = [
        *lease_points.cal_points(surveys, {"site": "Lab"}, NOW),
        *lease_points.machine_points(surveys, {"site": "Lab"}, NOW, personal_names=True),
        *lease_points.lease_points(surveys, {"site": "Lab"}, NOW, personal_names=True),
    ]
    rows = re.findall(r"^\| `(qlikview_[a-z_]+)` \| (.*) \| (.*) \|$", MEASUREMENTS, re.MULTILINE)
    assert [name for name, _, _ in rows] == list(dict.fromkeys(p.measurement for p in written))
    for name, tags, fields in rows:
        points = [point for point in written if point.measurement == name]
        told = {tag for point in points for tag in point.tags} - {"site"}
        assert set(re.findall(r"`([a-z_]+)`", tags)) - {"true", "false"} == told
        assert set(re.findall(r"`(\w+)`", fields)) == {f for point in points for f in point.fields}
