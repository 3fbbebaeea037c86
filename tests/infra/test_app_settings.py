"""The templates know all settings of the app, with their ranges, words and defaults."""

import re
from pathlib import Path

import pytest

from shared.settings import SETTING_REFERENCE, load_settings, load_storage_settings
from shared.settings.rules import switches
from tests.infra.bicep import (
    FOLDER,
    MAIN,
    PARAMETER_FILES,
    Node,
    at,
    code,
    decorators,
    module,
    read,
    table,
    table_or_none,
)
from tests.infra.rendering import (
    Values,
    app_settings,
    defaults,
    evaluate,
    functions,
    general,
    parameters_of,
)

REFERENCE = {info.name: info for info in SETTING_REFERENCE}
# A file lies on one machine; on Flex Consumption there is none (docs/settings.md: "for local use").
FOR_LOCAL_USE = {name for name in REFERENCE if name.endswith("_FILE")}
TELEMETRY = Path("docs/telemetry.md")
VAULT = {"KEY_VAULT_URL": "https://kv-steward-abc.vault.azure.net"}
SETTINGS_FILES = tuple(sorted((FOLDER / "settings").glob("*.bicep")))


def host_settings() -> dict[str, Node]:
    """What function-app.bicep sets besides the settings of the app."""
    return table(module("function-app"), "variables", "hostSettings", "value")


def expressions() -> dict[str, str]:
    """The expression of each app setting."""
    made = [given for _, given in functions().values()]
    return general() | {name: text for each in made for name, text in each.items()}


def types() -> dict[str, Node]:
    """All types of the settings files."""
    return {
        name: node for path in SETTINGS_FILES for name, node in table(read(path), "types").items()
    }


def properties() -> dict[str, dict[str, str]]:
    """The object types: the type of each property, without the question mark."""
    found = {}
    for path in SETTINGS_FILES:
        blocks = re.findall(r"^type (\w+) = \{\n(.*?)^\}", code(path), re.MULTILINE | re.DOTALL)
        for name, body in blocks:
            found[name] = dict(re.findall(r"^  (\w+): (\w+)\??$", body, re.MULTILINE))
    return found


def type_of(setting: str) -> str | None:
    """The type behind a setting; None for lists, maps and those of main.bicep itself."""
    match = re.search(r"settings\.\??(\w+)", expressions()[setting])
    if not match:
        return None
    path = next(path for path in SETTINGS_FILES if f"  {setting}: " in code(path))
    owners = [
        each[match[1]]
        for name, each in properties().items()
        if match[1] in each and name in table(read(path), "types")
    ]
    assert len(set(owners)) == 1, f"{setting}: {match[1]} is ambiguous"
    return owners[0]


TYPED = {name: kind for name in expressions() if (kind := type_of(name))}


def test_every_setting_of_the_app_can_be_given_and_no_other() -> None:
    """Those for local use are left out on purpose."""
    assert set(expressions()) | {"KEY_VAULT_URL"} == set(REFERENCE) - FOR_LOCAL_USE
    assert "KEY_VAULT_URL" in host_settings()


def test_a_function_reads_every_property_of_its_type_and_no_other() -> None:
    """A property that nothing reads would be set without effect."""
    read_by_functions = {
        name for text in expressions().values() for name in re.findall(r"settings\.\??(\w+)", text)
    }
    lists = properties().pop("customProperty")
    declared = {
        name for kind, each in properties().items() if kind != "customProperty" for name in each
    }
    assert read_by_functions == declared
    assert set(lists) == {"name", "value"}


def test_every_object_type_is_sealed_and_every_property_has_a_type_that_is_described() -> None:
    """A misspelled property is an error at compile time, not a setting that does nothing."""
    known = types()
    for name, each in properties().items():
        assert "sealed" in decorators(known[name]), name
        for kind in each.values():
            assert "description" in decorators(known[kind]), kind


@pytest.mark.parametrize("setting", sorted(TYPED))
def test_ranges_are_those_of_the_app(setting: str) -> None:
    """What the app would refuse is refused before it is deployed, and nothing else is."""
    bounds = re.match(r"whole number, (\d+) to (\d+)", REFERENCE[setting].takes)
    given = decorators(types()[TYPED[setting]])
    expected = tuple(map(int, bounds.groups())) if bounds else (None, None)
    assert (given.get("min_value"), given.get("max_value")) == expected


@pytest.mark.parametrize("setting", sorted(TYPED))
def test_words_are_those_of_the_app(setting: str) -> None:
    """A setting that takes one of some words is a union of them."""
    value = at(types()[TYPED[setting]], "value")
    takes = REFERENCE[setting].takes
    words = re.split(r", | or ", takes.removeprefix("one of ").removesuffix(", any case"))
    is_choice = "one of" in takes or takes in {
        "none or required",
        "single or selection",
        "Ignore, Yes or No, any case",
    }
    kinds = {"true or false": "bool"} | ({takes: "int"} if "whole number" in takes else {})
    if is_choice:
        assert sorted(_union(value)) == sorted(words)
    else:
        assert value == kinds.get(takes, "string")


def _union(value: Node) -> list[str]:
    """The words of a union, which pycep hands over as one text."""
    return str(value).split(" | ")


@pytest.mark.parametrize("setting", sorted(TYPED))
def test_descriptions_name_the_default_of_the_app(setting: str) -> None:
    """`30 unless given` is what the app does when it is not given."""
    text = str(decorators(types()[TYPED[setting]])["description"])
    told = re.search(r"(?:^|[;:.,] )(\S+) unless given", text)
    default = REFERENCE[setting].default
    if told:
        assert told[1].replace("\\\\", "\\") == default, text
    else:
        assert not re.fullmatch(r"\d+|true|false|off|\w+ignore", default), f"{setting}: {default}"


def test_the_rules_that_can_be_switched_off_are_those_that_take_off() -> None:
    """And each of them is written as the word off."""
    words = set(_union(at(types()["earlyWarningRule"], "value")))
    takes_off = {name for name, info in REFERENCE.items() if info.takes.endswith("or off")}
    assert words == {property_of(name) for name in takes_off}
    for name in takes_off:
        scope: Values = {"settings": {}, "off": [property_of(name)]}
        assert evaluate(expressions()[name], scope) == "off"


def property_of(setting: str) -> str:
    """The property behind a setting."""
    match = re.search(r"settings\.\??(\w+)", expressions()[setting])
    assert match
    return match[1]


def test_release_is_off_and_dry_by_default() -> None:
    """Whether the parameter is left out, is empty, or says something else only."""
    assert defaults()["licenseRelease"] == {"enabled": False, "dryRun": True}
    some: dict[str, Node] = {"graceDays": 7}
    for given in (defaults()["licenseRelease"], {}, some):
        made = app_settings(MINIMUM | {"licenseRelease": given})
        assert made["LICENSE_RELEASE__ENABLED"] == "false"
        assert made["LICENSE_RELEASE__DRY_RUN"] == "true"
        assert "LICENSE_RELEASE__CONFIRM_SITE" not in made


MINIMUM: dict[str, Node] = {
    "siteName": "Production",
    "qlikSense": {"host": "sense.example.com", "clientCertificateSecret": "client"},
}
EVERYTHING: dict[str, Node] = MINIMUM | {
    "staticTags": {"environment": "production"},
    "influxDb": {
        "url": "https://influx.example.com",
        "org": "o",
        "bucket": "b",
        "tokenSecret": "t",
    },
    "licenseMonitor": {"enabled": True, "holders": False, "owners": True},
    "licenseMonitorStaticTags": {"feature": "monitor"},
    "earlyWarning": {"poolLowPercent": 0, "runOutDays": 45, "returnedUsers": 5},
    "earlyWarningsOff": ["serverLicenseDays"],
    "licenseRelease": {
        "enabled": True,
        "dryRun": False,
        "confirmSite": "Production",
        "analyzerThresholdDays": 0,
        "professionalEnabled": False,
        "neverReleaseBlocked": "Yes",
        "maxPerRun": 0,
        "keepAvailable": 10,
        "approval": "required",
        "deleteStrategy": "selection",
    },
    "neverReleaseUsers": ["INTERNAL\\sa_repository"],
    "neverReleaseTags": ['with "quotes", and a comma'],
    "neverReleaseCustomProperties": [{"name": "LicenseManage", "value": "do-not-release"}],
    "webhook": {"urlSecret": "teams"},
    "webhookEvents": ["plan.waiting"],
    "qlikView": {
        "url": "http://qv/QMS/Service",
        "api": "12.7",
        "user": "D\\u",
        "passwordSecret": "p",
    },
    "leases": {"machinesPerUser": 3, "personalNames": True},
    "leasesFarm": {"CTX01": "CTX01", "id2": "CTX02"},
}


def test_the_smallest_deployment_makes_settings_that_the_app_takes() -> None:
    """What is not given is left out, and the app's defaults hold."""
    made = app_settings(MINIMUM)
    settings = load_settings(made | VAULT)
    assert settings.influxdb is None
    assert settings.qlikview is None
    assert settings.license_release.max_per_run == 200
    assert all(made.values())


def test_everything_that_can_be_given_arrives_in_the_app() -> None:
    """Zeros, switches, lists with backslashes and quotes, maps: as the app reads them."""
    settings = load_settings(app_settings(EVERYTHING) | VAULT)
    release = settings.license_release
    assert (release.enabled, release.dry_run, release.max_per_run) == (True, False, 0)
    assert (release.analyzer.threshold_days, release.professional.enabled) == (0, False)
    assert release.never_release.users == ("INTERNAL\\sa_repository",)
    assert release.never_release.tags == ('with "quotes", and a comma',)
    assert release.never_release.custom_properties[0].value == "do-not-release"
    assert settings.early_warning.pool_low_percent == 0
    assert settings.early_warning.server_license_days is None
    assert settings.license_monitor.holders is False
    assert settings.qlikview is not None
    assert settings.qlikview.api == "12.7"
    assert dict(settings.leases.farm) == {"CTX01": "CTX01", "id2": "CTX02"}
    assert settings.webhook is not None


@pytest.mark.parametrize("path", PARAMETER_FILES, ids=lambda path: path.name)
def test_each_parameter_file_makes_settings_that_work_and_release_nothing(path: Path) -> None:
    """With or without the variables that belong to a site."""
    for environ in ({}, {"SITE_NAME": "Production", "QLIK_SENSE__HOST": "sense.acme.example"}):
        settings = load_settings(app_settings(parameters_of(path, environ)) | VAULT)
        held = switches(settings)
        assert held.dry_run
        assert not held.confirmed
        assert settings.site_name == environ.get("SITE_NAME", "Example")


def test_azd_takes_the_switches_from_its_environment() -> None:
    """The names are those of the app settings."""
    environ = {
        "SITE_NAME": "Production",
        "LICENSE_RELEASE__ENABLED": "true",
        "LICENSE_RELEASE__DRY_RUN": "false",
        "LICENSE_RELEASE__CONFIRM_SITE": "Production",
        "LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES": '["ADMIN"]',
    }
    given = parameters_of(FOLDER / "main.bicepparam", environ)
    settings = load_settings(app_settings(given) | VAULT)
    assert switches(settings).confirmed
    assert not switches(settings).dry_run
    assert settings.license_release.never_release.user_directories == ("ADMIN",)


@pytest.mark.parametrize("path", PARAMETER_FILES, ids=lambda path: path.name)
def test_each_parameter_file_keeps_a_stop_that_it_is_told_of(path: Path) -> None:
    """Pipeline and hooks look into the app; the word that comes from there must arrive."""
    for word, stops in (("true", True), ("false", False)):
        given = parameters_of(path, {"LICENSE_RELEASE__STOP": word})
        made = app_settings(given)
        assert made["LICENSE_RELEASE__STOP"] == word
        assert switches(load_settings(made | VAULT)).stop is stops


def test_azd_takes_the_schedules_from_its_environment() -> None:
    """One that was changed in the portal would be lost at the next `azd provision` otherwise."""
    environ = {"USAGE_SCHEDULE": "0 0 */3 * * *", "RELEASE_SCHEDULE": "0 0 3 * * 0"}
    made = app_settings(parameters_of(FOLDER / "main.bicepparam", environ))
    assert environ.items() <= made.items()
    assert made["LEASE_SCHEDULE"] == defaults()["leaseSchedule"]


def test_the_storage_connection_is_by_identity_and_one_that_the_app_takes() -> None:
    """With the very addresses of the template."""
    names = [name for name in host_settings() if name.startswith("AzureWebJobsStorage")]
    texts = {
        name: str(at(host_settings(), name))
        .replace("${storageAccountName}", "ststeward")
        .replace("${storageSuffix}", "core.windows.net")
        for name in names
        if name.endswith("Uri")
    }
    others = {
        "AzureWebJobsStorage__credential": str(at(host_settings(), names[0])),
        "AzureWebJobsStorage__clientId": "00000000-0000-0000-0000-000000000000",
    }
    storage = load_storage_settings(texts | others)
    assert set(names) == set(texts) | set(others)
    assert storage.connection_string is None
    assert storage.table_service_uri == "https://ststeward.table.core.windows.net"


def test_telemetry_is_sent_as_the_identity() -> None:
    """Application Insights takes no keys, so the host must send a token."""
    text = at(host_settings(), "APPLICATIONINSIGHTS_AUTHENTICATION_STRING")
    assert text == "Authorization=AAD;ClientId=${identity.properties.clientId}"


def test_telemetry_is_switched_on_as_its_page_says() -> None:
    """Each setting in the table of docs/telemetry.md is set, and to the value that stands there."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", TELEMETRY.read_text(), re.MULTILINE)
    told = {name: value.strip("`") for name, value in rows if name not in REFERENCE}
    assert len(told) >= 5
    for name, value in told.items():
        given = str(at(host_settings(), name))
        is_plain = re.fullmatch(r"[\w,]+", value)
        assert given == value if is_plain else "${" in given or "appInsights" in given, name


def test_settings_that_flex_consumption_does_not_take_are_not_set() -> None:
    """They are deprecated there, and a deployment with them is refused or misled."""
    refused = {
        "FUNCTIONS_WORKER_RUNTIME",
        "FUNCTIONS_EXTENSION_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE",
        "WEBSITE_TIME_ZONE",
        "WEBSITE_VNET_ROUTE_ALL",
        "SCM_DO_BUILD_DURING_DEPLOYMENT",
        "ENABLE_ORYX_BUILD",
        "AzureWebJobsStorage",
    }
    assert not refused & set(host_settings())


def test_main_documents_which_settings_each_parameter_makes() -> None:
    """The description of a parameter that is a setting begins with the setting's name."""
    named = set()
    for node in table(read(MAIN), "parameters").values():
        text = str(decorators(table_or_none(node))["description"])
        match = re.match(r"([A-Z][A-Z_]+[A-Z*]): ", text)
        if match:
            named.add(match[1])
    for setting in set(REFERENCE) - FOR_LOCAL_USE - {"KEY_VAULT_URL"}:
        groups = {name.removesuffix("*") for name in named if name.endswith("*")}
        assert setting in named or setting.startswith(tuple(groups)), setting
