"""Butler's config as app settings: the sample, each version's form, and what is told."""

from textwrap import dedent

import pytest

from local.butler.convert import convert
from local.butler.differences import ACCOUNT, INFLUXDB_1, SWITCHES, TAGS
from local.butler.formats import Format, app_settings
from local.butler.read_yaml import read_tree
from shared.settings import load_settings
from shared.settings.rules import switches
from tests.unit.butler.configs import (
    CONNECTION,
    INFLUXDB_FLAT,
    INFLUXDB_VERSION,
    OLDER_CONNECTION,
    RELEASE,
    SEED_LICENSES,
    imported,
)

# Written by hand from the seed document and docs/settings.md.
SEED_SETTINGS = {
    "SITE_NAME": "Production",
    "USAGE_SCHEDULE": "0 0 */6 * * *",
    "RELEASE_SCHEDULE": "0 0 0 * * *",
    "QLIK_SENSE__HOST": "sense.example.com",
    "QLIK_SENSE__PORT": "4242",
    "QLIK_SENSE__USER": "Internal\\sa_repository",
    "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "certs/client.pem",
    "QLIK_SENSE__CLIENT_KEY_FILE": "certs/client_key.pem",
    "QLIK_SENSE__ROOT_CERTIFICATE_FILE": "certs/root.pem",
    "LICENSE_MONITOR__ENABLED": "false",
    "LICENSE_MONITOR__STATIC_TAGS": '{"foo": "bar"}',
    "LICENSE_RELEASE__ENABLED": "false",
    "LICENSE_RELEASE__DRY_RUN": "true",
    "LICENSE_RELEASE__ANALYZER__ENABLED": "true",
    "LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS": "30",
    "LICENSE_RELEASE__PROFESSIONAL__ENABLED": "true",
    "LICENSE_RELEASE__PROFESSIONAL__THRESHOLD_DAYS": "30",
    "LICENSE_RELEASE__NEVER_RELEASE__USERS": r'["INTERNAL\\sa_repository", "INTERNAL\\sa_api", '
    r'"USERDIR\\qs_admin_account"]',
    "LICENSE_RELEASE__NEVER_RELEASE__TAGS": '["License do not release", "some other tag"]',
    "LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES": '["INTERNAL", "ADMIN"]',
    "LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES": '[{"name": "LicenseManage", '
    '"value": "do-not-release"}]',
    "LICENSE_RELEASE__NEVER_RELEASE__INACTIVE": "Ignore",
    "LICENSE_RELEASE__NEVER_RELEASE__BLOCKED": "Ignore",
    "LICENSE_RELEASE__NEVER_RELEASE__REMOVED_EXTERNALLY": "Ignore",
    "LICENSE_RELEASE__STATIC_TAGS": '{"foo": "bar"}',
}


def settings_of(body: str, **given: str) -> dict[str, str]:
    """The settings for a file, as the app would read them: what it refuses fails here."""
    made = app_settings(imported(body, **given), Format.SETTINGS_FILE)
    load_settings(made)
    return made


def test_the_sample_of_the_seed_document_is_carried_over_whole() -> None:
    """Every line of it, in the order of docs/settings.md."""
    made = settings_of(SEED_LICENSES + CONNECTION, SITE_NAME="Production")
    assert made == SEED_SETTINGS
    assert list(made) == list(SEED_SETTINGS)


def test_nothing_is_released_whatever_butler_did() -> None:
    """Enabled and not dry in Butler; here the plan is dry and no site is confirmed."""
    held = switches(load_settings(settings_of(RELEASE + CONNECTION)))
    assert held.enabled
    assert held.dry_run
    assert not held.confirmed
    assert SWITCHES in imported(RELEASE + CONNECTION).differences


def test_the_header_of_butler_12_names_the_account_too() -> None:
    """By two keys instead of a list."""
    made = settings_of(RELEASE + OLDER_CONNECTION)
    assert made["QLIK_SENSE__USER"] == "Internal\\sa_api"
    assert ACCOUNT in imported(RELEASE + OLDER_CONNECTION).differences


def test_influxdb_1_in_the_form_before_versions() -> None:
    """The database is the bucket, and user and password are only told of."""
    done = imported(RELEASE + CONNECTION + INFLUXDB_FLAT)
    made = settings_of(RELEASE + CONNECTION + INFLUXDB_FLAT)
    assert made["INFLUXDB__URL"] == "http://influx.example.com:8087"
    assert made["INFLUXDB__BUCKET"] == "butler"
    assert made["INFLUXDB__TOKEN_FILE"] == "certificates/influxdb.token"
    assert made["STATIC_TAGS"] == '{"butler_instance": "dev"}'
    assert "INFLUXDB__ORG" not in made
    assert INFLUXDB_1 in done.differences
    (token,) = (each for each in done.secrets if each.setting == "INFLUXDB__TOKEN")
    assert token.fill == "username:password of Butler.influxDb.auth"


@pytest.mark.parametrize(
    ("version", "org", "bucket", "fill"),
    [
        ("1", None, "nested", "any text"),
        ("2", "operations", "licenses", "the token of Butler.influxDb.v2Config.token"),
        ("3", None, "licenses3", "the token of Butler.influxDb.v3Config.token"),
    ],
)
def test_influxdb_in_the_forms_of_butler_16(
    version: str, org: str | None, bucket: str, fill: str
) -> None:
    """All three blocks stand in the file; the version says which of them counts."""
    body = RELEASE + CONNECTION + INFLUXDB_VERSION.format(version=version)
    made = settings_of(body)
    assert made.get("INFLUXDB__ORG") == org
    assert made["INFLUXDB__BUCKET"] == bucket
    (token,) = (each for each in imported(body).secrets if each.setting == "INFLUXDB__TOKEN")
    assert token.fill.startswith(fill)


@pytest.mark.parametrize("form", list(Format))
def test_no_secret_of_butler_is_copied(form: Format) -> None:
    """Neither passwords nor tokens; not in settings and not in what is told."""
    for influxdb in (INFLUXDB_FLAT, *(INFLUXDB_VERSION.format(version=v) for v in "123")):
        done = imported(RELEASE + CONNECTION + influxdb)
        assert "very-secret" not in repr(done) + repr(app_settings(done, form))


def test_influxdb_that_got_nothing_about_licenses_is_left_out() -> None:
    """Butler may use it for reload tasks alone."""
    quiet = RELEASE.replace("enable: true\n", "enable: false\n")
    done = imported(quiet + CONNECTION + INFLUXDB_FLAT)
    assert "INFLUXDB__URL" not in done.settings
    assert any("Butler wrote nothing about licenses" in line for line in done.left_out)


def test_the_site_license_is_watched_when_butler_did() -> None:
    """Its threshold becomes the warning's; collecting is switched on for it."""
    server = """
    serverLicenseMonitor:
      enable: true
      frequency: every 24 hours
      alert: {thresholdDays: 45}
      destination: {mqtt: {enable: true, sendAlert: {enable: true}}}
"""
    done = imported(RELEASE.rstrip() + server + CONNECTION)
    assert done.settings["EARLY_WARNING__SERVER_LICENSE_DAYS"] == "45"
    assert done.settings["LICENSE_MONITOR__ENABLED"] == "true"
    assert any("mqtt" in line for line in done.left_out)


def test_tags_that_the_app_sets_itself_are_left_out_and_told() -> None:
    """A static tag must not hide whose points they are."""
    tags = INFLUXDB_FLAT.replace("butler_instance", "site")
    done = imported(RELEASE + CONNECTION + tags)
    assert "STATIC_TAGS" not in done.settings
    assert any("the tag site = dev" in line for line in done.left_out)
    assert TAGS in done.differences


def test_words_that_yaml_1_1_takes_for_booleans_keep_their_meaning() -> None:
    """`No` protects users that are not inactive, and a tag may be called `No` or 007."""
    rules = """
      neverRelease:
        tag: [No, 007, 12:30]
        user: [{userDir: LAB, userId: 0123}]
        inactive: No
        blocked: YES
"""
    made = settings_of(RELEASE.rstrip() + rules + CONNECTION)
    assert made["LICENSE_RELEASE__NEVER_RELEASE__TAGS"] == '["No", "007", "12:30"]'
    assert made["LICENSE_RELEASE__NEVER_RELEASE__USERS"] == r'["LAB\\0123"]'
    assert made["LICENSE_RELEASE__NEVER_RELEASE__INACTIVE"] == "No"
    assert made["LICENSE_RELEASE__NEVER_RELEASE__BLOCKED"] == "Yes"


def test_empty_lists_are_no_rules() -> None:
    """The sample of Butler leaves lists empty that are not used."""
    rules = "\n      neverRelease: {user: , tag: [], customProperty: , userDirectory: }\n"
    made = settings_of(RELEASE.rstrip() + rules + CONNECTION)
    assert not [name for name in made if "NEVER_RELEASE" in name]


def test_a_setting_of_the_operator_counts_more_and_decides_what_was_refused() -> None:
    """Also for a schedule that can't be carried over, and for placeholders."""
    body = RELEASE.replace("dryRun: false", "dryRun: false\n      frequency: every 2 weeks")
    body += CONNECTION.replace("sense.example.com", "<FQDN of the server>")
    made = settings_of(body, RELEASE_SCHEDULE="0 0 3 * * 0", QLIK_SENSE__HOST="other.example.com")
    assert made["RELEASE_SCHEDULE"] == "0 0 3 * * 0"
    assert made["QLIK_SENSE__HOST"] == "other.example.com"
    assert made["SITE_NAME"] == "other.example.com"


def test_a_blank_setting_of_the_operator_leaves_it_out() -> None:
    """And the app's default holds."""
    assert "QLIK_SENSE__PORT" not in settings_of(RELEASE + CONNECTION, QLIK_SENSE__PORT="")


def test_blocks_without_the_line_butler_are_taken_too() -> None:
    """Somebody may paste the blocks alone."""
    tree = read_tree(dedent(RELEASE + CONNECTION), "x")
    assert convert(tree, "x", {}).settings["QLIK_SENSE__HOST"] == "sense.example.com"


def test_an_address_for_a_host_is_told_until_somebody_decided() -> None:
    """Qlik's certificates bear names; the same goes for everything that a setting settles."""
    body = RELEASE + CONNECTION.replace("sense.example.com", "10.11.12.13")
    assert any("10.11.12.13" in text and "TLS" in text for text in imported(body).look_at)
    for given in ({"QLIK_SENSE__TLS_SERVER_NAME": "sense"}, {"QLIK_SENSE__HOST": "sense.example"}):
        assert not any("TLS" in text for text in imported(body, **given).look_at)


def test_certificates_that_the_file_does_not_name_are_assumed_and_told() -> None:
    """Unless they are given."""
    body = RELEASE + CONNECTION.replace("    clientCert: certs/client.pem\n", "")
    (told,) = (text for text in imported(body).look_at if "assumed" in text)
    assert "certificates/client.pem" in told
    done = imported(body, QLIK_SENSE__CLIENT_CERTIFICATE_FILE="x.pem")
    assert not any("assumed" in text for text in done.look_at)
    assert app_settings(done, Format.ENV)["QLIK_SENSE__CLIENT_CERTIFICATE_FILE"] == "x.pem"
