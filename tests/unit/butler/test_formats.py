"""Each form gives the app the very same settings, by the tool that it is made for."""

import json
import subprocess
from pathlib import Path

import pytest

from local.butler.bicep_parameters import bicep_parameters
from local.butler.formats import Format, app_settings, rendered
from local.host.app_settings import read_settings_file
from shared.settings import SETTING_REFERENCE, load_settings
from tests.infra.bicep import MAIN, at, parse, read, table
from tests.infra.rendering import app_settings as settings_of_bicep
from tests.infra.rendering import parameters_of
from tests.unit.butler.configs import CONNECTION, INFLUXDB_FLAT, INFLUXDB_VERSION, RELEASE, imported

VAULT = {"KEY_VAULT_URL": "https://my-vault.vault.azure.net"}
HARD = r"""
      neverRelease:
        user: [{userDir: "O'DIR", userId: 'x`id`"\n'}]
        tag: ['it''s', '"quoted", with comma', 'back\slash', '# no comment', '$HOME', 'Grün']
        customProperty: [{name: A B, value: '${x'}]
        removedExternally: 'Yes'
"""
BODY = RELEASE.rstrip() + HARD + CONNECTION + INFLUXDB_FLAT
TAGS = {
    "LICENSE_RELEASE__NEVER_RELEASE__TAGS": json.dumps(["it's", "$HOME x", 'a "b"', "back\\slash"]),
    "LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES": '[{"name": "A B", "value": "it\'s ${x}"}]',
}


def made(form: Format) -> dict[str, str]:
    """Settings with everything that shells and parsers stumble over."""
    return app_settings(imported(BODY, **TAGS), form)


def test_the_settings_file_is_what_make_run_reads(tmp_path: Path) -> None:
    """With what the Functions host wants besides."""
    path = tmp_path / "local.settings.json"
    path.write_text(rendered(made(Format.SETTINGS_FILE), Format.SETTINGS_FILE))
    values = read_settings_file(path)
    assert values.items() >= made(Format.SETTINGS_FILE).items()
    assert values["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert {"USAGE_SCHEDULE", "RELEASE_SCHEDULE", "LEASE_SCHEDULE"} <= values.keys()
    load_settings(values)


def test_a_shell_reads_the_env_file_without_changing_or_running_anything(tmp_path: Path) -> None:
    """Quotes, dollars, backslashes and backticks stay what they are."""
    path = tmp_path / "steward.env"
    path.write_text(rendered(made(Format.ENV), Format.ENV))
    done = subprocess.run(  # noqa: S603 - our own file
        ["/bin/sh", "-c", f"set -a; . {path}; exec env -0"],
        env={},
        capture_output=True,
        check=True,
        timeout=30,
    )
    found = dict(part.split("=", 1) for part in done.stdout.decode().split("\0") if part)
    assert found.items() >= made(Format.ENV).items()


def test_json_is_what_az_takes() -> None:
    """A list of names, texts and slot settings; secrets are names in a vault."""
    rows = json.loads(rendered(made(Format.JSON), Format.JSON))
    assert all(set(row) == {"name", "value", "slotSetting"} for row in rows)
    assert not any(row["slotSetting"] for row in rows)
    values = {row["name"]: row["value"] for row in rows}
    assert values == made(Format.JSON)
    settings = load_settings(values | VAULT)
    assert settings.qlik_sense.client_certificate_secret == "qlik-client-certificate"
    assert not [name for name in values if name.endswith("_FILE")]


@pytest.mark.parametrize("influxdb", [INFLUXDB_FLAT, INFLUXDB_VERSION.format(version=2)])
def test_a_parameter_file_amounts_to_the_same_settings(influxdb: str, tmp_path: Path) -> None:
    """Worked out from main.bicep as Bicep would; every parameter that has no default is there."""
    done = imported(RELEASE + CONNECTION + influxdb)
    wanted = app_settings(done, Format.BICEPPARAM)
    path = tmp_path / "steward.bicepparam"
    path.write_text(rendered(wanted, Format.BICEPPARAM))
    given = parameters_of(path, {})
    known = table(read(MAIN), "parameters")
    assert given.keys() <= known.keys()
    optional = {"influxDb", "webhook", "qlikView"}
    required = {name for name, node in known.items() if at(node, "default") is None}
    assert required - optional <= given.keys()
    amounts = settings_of_bicep(given)
    assert {name: _plain(amounts[name]) for name in wanted} == {
        name: _plain(value) for name, value in wanted.items()
    }
    load_settings(amounts | VAULT)


def _plain(value: str) -> object:
    """JSON without its blanks."""
    return json.loads(value) if value[:1] in {"[", "{"} else value


def test_texts_of_a_parameter_file_are_escaped() -> None:
    """Quotes, backslashes and what Bicep would take for an expression."""
    text = bicep_parameters({"SITE_NAME": r"it's ${x} \ here", "STATIC_TAGS": '{"a-b": "c"}'})
    assert r"param siteName = 'it\'s \${x} \\ here'" in text
    assert "  'a-b': 'c'" in text
    parse(text.replace("using 'main.bicep'", "").replace("param ", "var "))


def test_every_setting_that_has_a_parameter_gets_its_own() -> None:
    """Also those that only an operator gives; a setting without one is refused, not dropped."""
    examples = {
        info.name: info.example
        for info in SETTING_REFERENCE
        if info.name.startswith(("QLIK_SENSE__", "INFLUXDB__", "LICENSE_", "EARLY_WARNING__"))
        and not info.name.endswith("_FILE")
        and info.example != "off"
    }
    text = bicep_parameters(examples)
    tree = parse(text.replace("using 'main.bicep'", "").replace("param ", "var "))
    given = {name: at(node, "value") for name, node in table(tree, "variables").items()}
    assert given.keys() <= table(read(MAIN), "parameters").keys()
    with pytest.raises(ValueError, match="LEASES__FARM has no parameter"):
        bicep_parameters({"LEASES__FARM": "[]"})
