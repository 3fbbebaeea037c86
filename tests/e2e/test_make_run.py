"""`make run`: what somebody sees who knows nothing of the project."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.demo_settings import site_settings
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import APP, fresh_world


def run(*arguments: str) -> tuple[int, str]:
    """Run the command that `make run` runs; returns its exit code and what it printed."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "local", "run", *arguments],
        cwd=APP,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_demo_shows_the_whole_job_and_where_the_records_are(tmp_path: Path) -> None:
    """Pools before and after, what went and what stayed and why, and when the pools run out."""
    code, said = run("--users", "300", "--records", str(tmp_path))
    assert code == 0, said
    for part in (
        "Pools of demo",
        "release: unused",
        "keep: never release tag",
        "Forecast",
        "never used",
    ):
        assert part in said
    lines = (tmp_path / "demo" / "points.lp").read_text().splitlines()
    assert any(line.startswith("qlik_sense_license_release,") for line in lines)
    assert any(line.startswith("qlik_license_forecast,") for line in lines)


def settings_file(folder: Path, values: dict[str, str]) -> str:
    """A file like local.settings.json."""
    path = folder / "local.settings.json"
    path.write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    return str(path)


def test_a_site_of_your_own_is_planned_dry_by_default(
    demo_site: StartDemoSite, tmp_path: Path
) -> None:
    """The plan is shown, the reason why nothing went too, and nothing is deleted."""
    site = demo_site(fresh_world(300))
    path = settings_file(tmp_path, {"SITE_NAME": "my site", **site_settings(site)})
    code, said = run("--settings", path, "--records", str(tmp_path))
    assert code == 0, said
    assert "LICENSE_RELEASE__DRY_RUN is true" in said
    assert not site.world.deleted


@pytest.mark.parametrize("values", [{}, {"SITE_NAME": "x", "QLIK_SENSE__HOST": "sense.invalid"}])
def test_settings_that_are_not_enough_end_in_one_clear_error(
    tmp_path: Path, values: dict[str, str]
) -> None:
    """It names what is missing, and there is no traceback."""
    code, said = run("--settings", settings_file(tmp_path, values), "--records", str(tmp_path))
    assert code == 1
    assert "QLIK_SENSE__CLIENT_CERTIFICATE_SECRET" in said
    assert "Traceback" not in said
