"""`import-butler` as somebody runs it, up to a dry plan on a demo site."""

import io
import json
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.main import get_command

from local.butler.errors import ButlerConfigError
from local.commands.import_butler import import_butler
from local.demo_site.population import make_population
from local.demo_site.world import World
from local.run import run_site
from shared.app import utc_now
from shared.domain.model import LicenseType
from shared.domain.plan import PlanStatus, Reason
from tests.demo_site_fixture import StartDemoSite
from tests.unit.butler.configs import CONNECTION, INFLUXDB_FLAT, RELEASE, SEED_LICENSES

PLANNED = SEED_LICENSES.replace("enable: false\n      frequency", "enable: true\n      frequency")
PLANNED = PLANNED.replace(
    "licenseRelease:\n      enable: false", "licenseRelease:\n      enable: true"
)


def config(folder: Path, body: str) -> str:
    """A config file with what stands below `Butler:`."""
    path = folder / "butler.yaml"
    path.write_text(f"---\nButler:{body}")
    return str(path)


def run(*arguments: str) -> None:
    """Run the command as the command line does."""
    app = typer.Typer()
    app.command()(import_butler)
    get_command(app)(args=list(arguments), standalone_mode=False)


def values_of(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The settings of the settings file that was printed."""
    values: dict[str, str] = json.loads(capsys.readouterr().out)["Values"]
    return values


def test_from_a_butler_config_to_a_dry_plan_on_a_demo_site(
    demo_site: StartDemoSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As docs/from-butler.md shows it: a plan is made, and nothing is queued or deleted."""
    world = World(make_population(200, seed=1, now=utc_now()), clock=utc_now)
    site = demo_site(world)
    out = tmp_path / "local.settings.json"
    run(
        config(tmp_path, PLANNED + CONNECTION + INFLUXDB_FLAT),
        *("--demo-site", str(site.certificates.client.parent)),
        *("--set", f"QLIK_SENSE__PORT={site.port}", "--set", f"QLIK_SENSE__HOST={site.host}"),
        *("--out", str(out)),
    )
    assert "Nothing is released after an import" in capsys.readouterr().out
    plan = run_site(Console(file=io.StringIO()), out, tmp_path / "records").summary.plan
    assert plan is not None
    assert plan.status is PlanStatus.DRY_RUN
    assert plan.counts[LicenseType.ANALYZER][Reason.UNUSED] > 0
    assert not world.deleted


def test_settings_go_to_stdout_alone_so_that_they_can_be_redirected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is told besides goes to stderr."""
    run(config(tmp_path, SEED_LICENSES + CONNECTION), "--site", "Production")
    captured = capsys.readouterr()
    assert json.loads(captured.out)["Values"]["SITE_NAME"] == "Production"
    told = captured.err
    for title in ("Next", "Runs", "Look at these yourself", "Not carried over"):
        assert f"\n{title}\n" in told


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """Run twice, the second run says so and leaves the first one's file as it is."""
    path, out = config(tmp_path, RELEASE + CONNECTION), tmp_path / "out.env"
    run(path, "--format", "env", "--out", str(out))
    first = out.read_text()
    with pytest.raises(ButlerConfigError, match="is there already"):
        run(path, "--format", "json", "--out", str(out))
    assert out.read_text() == first


@pytest.mark.parametrize("form", ["env", "json", "bicepparam", "settings-file"])
def test_a_config_that_is_refused_writes_nothing(tmp_path: Path, form: str) -> None:
    """No half of a file for somebody to use."""
    out = tmp_path / "out"
    with pytest.raises(ButlerConfigError, match=r"line \d, Butler.qlikSenseLicense.licenserelease"):
        run(
            config(tmp_path, RELEASE.replace("licenseRelease", "licenserelease") + CONNECTION),
            *("--format", form, "--out", str(out)),
        )
    assert not out.exists()


def test_what_the_app_would_refuse_is_told_with_the_key_behind_it(tmp_path: Path) -> None:
    """In the app's own words."""
    body = RELEASE + CONNECTION.replace("host: sense.example.com", "host: https://sense")
    with pytest.raises(ButlerConfigError, match="QLIK_SENSE__HOST") as caught:
        run(config(tmp_path, body))
    assert "QLIK_SENSE__HOST is Butler.configQRS.host, line" in str(caught.value)


def test_a_missing_connection_is_told_with_the_way_to_give_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody may import the license block alone, as Butler's docs show it."""
    path = config(tmp_path, SEED_LICENSES)
    with pytest.raises(ButlerConfigError, match="QLIK_SENSE__HOST is required") as caught:
        run(path)
    assert "--set NAME=VALUE" in str(caught.value)
    run(path, "--set", "qlik_sense__host=sense.example.com")
    values = values_of(capsys)
    assert values["QLIK_SENSE__CLIENT_CERTIFICATE_FILE"] == "certificates/client.pem"


@pytest.mark.parametrize("value", ["0 0 3", "0 0 3 * * 99", "0 0 0 31 2 *"])
def test_a_schedule_of_the_operator_must_run_some_day(tmp_path: Path, value: str) -> None:
    """It is not taken on trust."""
    with pytest.raises((ValueError, ButlerConfigError), match="RELEASE_SCHEDULE"):
        run(config(tmp_path, RELEASE + CONNECTION), "--set", f"RELEASE_SCHEDULE={value}")


def test_a_setting_without_a_bicep_parameter_is_refused(tmp_path: Path) -> None:
    """Instead of being left out."""
    path = config(tmp_path, RELEASE + CONNECTION)
    with pytest.raises(ButlerConfigError, match="TELEMETRY__PERSONAL_NAMES has no parameter"):
        run(path, "--format", "bicepparam", "--set", "TELEMETRY__PERSONAL_NAMES=true")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("SITE_NAME", "is not NAME=VALUE"),
        ("=x", "is not NAME=VALUE"),
        ("RELEASE_SCHEDUL=x", "is no setting"),
    ],
)
def test_only_settings_can_be_given(tmp_path: Path, value: str, told: str) -> None:
    """A misspelled one would be without effect; it is wrong usage."""
    with pytest.raises(typer.BadParameter, match=told):
        run(config(tmp_path, RELEASE + CONNECTION), "--set", value)


def test_scripts_get_everything_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings as names and texts, and what is told under names."""
    out = tmp_path / "settings.json"
    run(
        config(tmp_path, SEED_LICENSES + CONNECTION),
        *("--site", "Production", "--format", "json", "--out", str(out), "--json"),
    )
    captured = capsys.readouterr()
    done = json.loads(captured.out)
    assert done["out"] == str(out)
    assert done["settings"] == {row["name"]: row["value"] for row in json.loads(out.read_text())}
    (look_at,) = done["look_at"]
    assert "LICENSE_RELEASE__ENABLED=true" in look_at
    assert done["next"]
    assert done["runs"]
    assert done["differences"]
    assert done["left_out"]
    assert not captured.err


def test_the_storage_account_can_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the host's own name for it."""
    path = config(tmp_path, RELEASE + CONNECTION)
    run(path, "--set", "AzureWebJobsStorage=x")
    assert values_of(capsys)["AzureWebJobsStorage"] == "x"


def test_a_demo_site_that_is_not_there_is_told_how_to_start(tmp_path: Path) -> None:
    """With the command to start it."""
    with pytest.raises(ButlerConfigError, match=r"python -m local\.demo_site --certificates"):
        run(config(tmp_path, RELEASE), "--demo-site", str(tmp_path / "none"))
