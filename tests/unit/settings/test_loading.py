"""Loading as a whole: defaults, what is read, all errors at once, names."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.errors import SettingsError
from shared.domain.model import CustomProperty
from shared.domain.never_release import FlagRule
from shared.domain.notice import NoticeKind
from shared.domain.secret_sources import KeyVaultSecret, SecretFile
from shared.settings import SETTING_REFERENCE, load_settings
from tests.unit.settings.given import REQUIRED, USERS, VAULT, refusal


def test_defaults_are_those_of_the_contract() -> None:
    """Only the required settings given: the design's defaults hold, and releasing is off."""
    settings = load_settings(REQUIRED)
    release = settings.license_release
    schedules = (settings.usage_schedule, settings.release_schedule, settings.lease_schedule)
    assert schedules == ("0 0 */6 * * *", "0 30 2 * * *", "0 15 * * * *")
    assert (settings.qlik_sense.port, settings.qlik_sense.user) == (4242, "INTERNAL\\sa_api")
    assert settings.qlik_sense.server_name == "sense.example.com"
    assert settings.license_monitor.enabled
    assert (release.enabled, release.dry_run, release.stop) == (False, True, False)
    assert (release.analyzer.enabled, release.professional.enabled) == (True, True)
    assert (release.analyzer.threshold_days, release.professional.threshold_days) == (30, 30)
    assert (release.max_per_run, release.max_percent_per_run) == (200, 25)
    assert (release.keep_available, release.grace_days, release.approval) == (None, 0, "none")
    assert release.never_release.users == ()
    assert release.never_release.inactive is FlagRule.IGNORE
    assert (release.max_population_change_percent, release.stale_usage_days) == (25, 30)
    assert release.delete_strategy == "single"
    assert (settings.influxdb, settings.qlikview, settings.webhook) == (None, None, None)
    assert settings.warnings == ()
    leases = settings.leases
    assert (leases.machines_per_user, leases.period_days, leases.block_hours) == (2, 30, 24)


def test_every_setting_can_be_given() -> None:
    """All settings at once, in one of the two ways in, end up in their places."""
    settings = load_settings(
        {
            **VAULT,
            "SITE_NAME": " Production ",
            "STATIC_TAGS": '{"env":"prod","rack":7,"blue":true}',
            "QLIK_SENSE__HOST": "sense",
            "QLIK_SENSE__VIRTUAL_PROXY": "/jwt/",
            "QLIK_SENSE__JWT_SECRET": "qlik-jwt",
            "QLIK_SENSE__ROOT_CERTIFICATE_FILE": "root.pem",
            "QLIK_SENSE__TLS_SERVER_NAME": "short",
            "INFLUXDB__URL": "http://127.0.0.1:8086/",
            "INFLUXDB__BUCKET": "butler",
            "INFLUXDB__TOKEN_FILE": "token",
            "LICENSE_MONITOR__STATIC_TAGS": '{"env":"monitor"}',
            "LICENSE_RELEASE__STATIC_TAGS": '{"feature":"release"}',
            "LICENSE_RELEASE__KEEP_AVAILABLE": "0",
            "LICENSE_RELEASE__APPROVAL": "Required",
            USERS: r'[" INTERNAL \\ sa_repository ","DIR\\a\\b"]',
            "LICENSE_RELEASE__NEVER_RELEASE__TAGS": '["License do not release"]',
            "LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES": '["ADMIN"]',
            "LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES": '[{"name":"a","value":" b "}]',
            "LICENSE_RELEASE__NEVER_RELEASE__BLOCKED": "yES",
            "WEBHOOK__URL_SECRET": "teams-webhook-url",
            "WEBHOOK__EVENTS": '["plan.waiting","LICENSES.released"]',
            "QLIKVIEW__URL": "http://qv:4799/QMS/Service",
            "QLIKVIEW__API": "12.7",
            "QLIKVIEW__USER": "DOMAIN\\svc",
            "QLIKVIEW__PASSWORD_SECRET": "qv-password",
            "LEASES__FARM": '{"00-15-5D":"CTX01"}',
        }
    )
    qlik_sense, release = settings.qlik_sense, settings.license_release
    assert settings.site_name == "Production"
    assert (qlik_sense.port, qlik_sense.virtual_proxy) == (443, "jwt")
    assert qlik_sense.jwt == KeyVaultSecret("qlik-jwt")
    assert qlik_sense.root_certificate == SecretFile("root.pem")
    assert (qlik_sense.client_certificate, qlik_sense.client_key) == (None, None)
    assert qlik_sense.server_name == "short"
    assert settings.monitor_tags() == {"env": "monitor", "rack": "7", "blue": "true"}
    assert settings.release_tags()["env"] == "prod"
    assert settings.release_tags()["feature"] == "release"
    assert release.never_release.users == ("INTERNAL\\sa_repository", "DIR\\a\\b")
    assert release.never_release.custom_properties == (CustomProperty("a", "b"),)
    assert release.never_release.blocked is FlagRule.YES
    assert (release.keep_available, release.approval) == (0, "required")
    assert settings.influxdb is not None
    assert (settings.influxdb.url, settings.influxdb.org) == ("http://127.0.0.1:8086", None)
    assert settings.influxdb.token == SecretFile("token")
    assert settings.webhook is not None
    assert settings.webhook.url == KeyVaultSecret("teams-webhook-url")
    assert settings.webhook.events == (NoticeKind.PLAN_WAITING, NoticeKind.LICENSES_RELEASED)
    assert settings.qlikview is not None
    assert settings.qlikview.password == KeyVaultSecret("qv-password")
    assert settings.leases.farm == {"00-15-5D": "CTX01"}


def test_a_webhook_alone_tells_everything() -> None:
    """Where only the address is given, all kinds of notices are on."""
    webhook = load_settings({**REQUIRED, "WEBHOOK__URL_FILE": "webhook.url"}).webhook
    assert webhook is not None
    assert webhook.url == SecretFile("webhook.url")
    assert webhook.events == tuple(NoticeKind)


def test_only_the_mapping_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the process's environment has no effect, and is not missed."""
    monkeypatch.setenv("SITE_NAME", "from the environment")
    monkeypatch.setenv("LICENSE_RELEASE__DRY_RUN", "false")
    assert load_settings(REQUIRED).license_release.dry_run
    assert "SITE_NAME is required" in refusal({}, without=("SITE_NAME",))


def test_settings_are_frozen() -> None:
    """Nobody can switch the dry run off after loading."""
    release = load_settings(REQUIRED).license_release
    with pytest.raises(ValidationError, match="frozen"):
        release.dry_run = False  # type: ignore[misc]


def test_every_setting_of_the_reference_is_reachable() -> None:
    """Rubbish in any setting of the reference is refused under that setting's name."""
    for info in SETTING_REFERENCE:
        assert info.name in refusal({info.name: "\x01 / rubbish: \\"}), info.name


def test_every_example_of_the_reference_is_valid() -> None:
    """The examples that operators copy from the docs are accepted, by both ways in."""
    examples = {info.name: info.example for info in SETTING_REFERENCE}
    proxy = {name for name in examples if "__JWT" in name or "VIRTUAL_PROXY" in name}
    certificate = {name for name in examples if "__CLIENT_" in name}
    tried: set[str] = set()
    for left_out, ending in itertools.product((proxy, certificate), ("_FILE", "_SECRET")):
        environ = {
            name: example
            for name, example in examples.items()
            if name not in left_out and not name.endswith(ending)
        }
        load_settings(environ)
        tried |= set(environ)
    assert tried == set(examples)


def test_all_errors_come_at_once_as_the_operator_wrote_them() -> None:
    """Field errors, missing ones, contradictions and unknown names are in one message."""
    text = refusal(
        {
            "license_release__analyzer__threshold_days": "30.5",
            "LICENSE_RELEASE__STOPP": "true",
            "QLIK_SENSE__PORT": "0",
            "QLIK_SENSE__CLIENT_CERTIFICATE_SECRET": "certificate",
            "INFLUXDB__ORG": "operations",
        },
        without=("SITE_NAME",),
    )
    first, *lines = text.splitlines()
    assert first == "9 app settings are wrong:"
    assert [line.split()[1] for line in lines] == [
        "SITE_NAME",
        "KEY_VAULT_URL",
        "QLIK_SENSE__PORT",
        "QLIK_SENSE__CLIENT_CERTIFICATE_SECRET",
        "INFLUXDB__URL",
        "INFLUXDB__BUCKET",
        "INFLUXDB__TOKEN_SECRET",
        "license_release__analyzer__threshold_days",
        "LICENSE_RELEASE__STOPP",
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("LICENSE_RELEASE__NEVER_RELEASE__USER", f"Did you mean {USERS}?"),
        ("LICENSE_RELEASE_NEVER_RELEASE_USERS", f"Did you mean {USERS}?"),
        ("LICENSE_RELEASE:NEVER_RELEASE:USERS", f"Did you mean {USERS}?"),
        ("NEVER_RELEASE__USERS", f"Did you mean {USERS}?"),
        ("INFLUXDB__TOKEN", "INFLUXDB__TOKEN_SECRET or a path in INFLUXDB__TOKEN_FILE"),
        ("WEBHOOK__EVENT", "Did you mean WEBHOOK__EVENTS?"),
        ("WEBHOOK__URL", "WEBHOOK__URL_SECRET or a path in WEBHOOK__URL_FILE"),
        ("QLIK_SENSE__SOMETHING_ELSE_ENTIRELY", "docs/settings.md"),
        ("EARLY_WARNING__POOL_LOW", "Did you mean EARLY_WARNING__POOL_LOW_"),
        ("EARLY_WARNINGS__RUN_OUT_DAYS", "Did you mean EARLY_WARNING__RUN_OUT_DAYS?"),
        ("EARLY_WARNING_RUNOUT_DAYS", "Did you mean EARLY_WARNING__RUN_OUT_DAYS?"),
        ("EARLY_WARNING", "is not a setting of this app"),
        ("LICENSE_MONITOR__HOLDER", "Did you mean LICENSE_MONITOR__HOLDERS?"),
        ("LEASES", "is not a setting of this app"),
    ],
)
def test_an_unknown_name_is_refused_with_a_hint(name: str, hint: str) -> None:
    """A misspelled name never passes in silence, and its value is never shown."""
    text = refusal({name: "the-value-given"})
    assert text.startswith(f"An app setting is wrong: {name} is not a setting of this app.")
    assert hint in text
    assert "the-value-given" not in text


def test_other_programs_settings_are_left_alone() -> None:
    """Names that are not ours are no business of ours."""
    others = {
        "PATH": "/bin",
        "WEBSITE_SITE_NAME": "app",
        "INFLUXD_HTTP_PORT": "1",
        "AzureWebJobsStorage": "x",
        "AzureWebJobs.plan_releases.Disabled": "true",
        "APPSETTING_LICENSE_RELEASE__STOP": "x",
    }
    assert load_settings({**REQUIRED, **others}) == load_settings(REQUIRED)


def test_a_setting_given_twice_in_different_case_is_refused() -> None:
    """Nobody can know which of the two was meant."""
    text = refusal({"site_name": "Other"})
    assert "SITE_NAME is given more than once, as SITE_NAME and site_name" in text


def test_names_compare_without_case() -> None:
    """Settings written in lower case count like the others."""
    given_low = {name.lower(): value for name, value in REQUIRED.items()}
    assert load_settings(given_low) == load_settings(REQUIRED)


@pytest.mark.parametrize("name", [info.name for info in SETTING_REFERENCE])
def test_an_unresolved_reference_is_refused_everywhere(name: str) -> None:
    """No setting may hold a Key Vault reference that App Service did not resolve."""
    text = refusal({name: " @Microsoft.KeyVault(SecretUri=https://v.net/secrets/hidden/) "})
    assert f"{name} is a Key Vault reference that was not resolved" in text
    assert "hidden" not in text


@given(
    st.dictionaries(
        st.sampled_from([info.name for info in SETTING_REFERENCE]) | st.text(max_size=20),
        st.text(max_size=60) | st.sampled_from(["[]", "{}", "[" * 50_000, "1e400", "[1e999]"]),
        max_size=8,
    )
)
def test_rubbish_gives_settings_or_one_settings_error(environ: dict[str, str]) -> None:
    """Whatever the texts are, loading ends in settings or in a SettingsError."""
    try:
        settings = load_settings({**REQUIRED, **environ})
    except SettingsError as error:
        assert "wrong" in str(error)  # noqa: PT017 - both ends are allowed
    else:
        assert settings.site_name
