"""Settings that need or exclude each other."""

import pytest

from shared.domain.secret_sources import KeyVaultSecret, SecretFile
from shared.settings import SETTING_REFERENCE, load_settings
from tests.unit.settings.given import REQUIRED, VAULT, refusal

CERTIFICATE = "QLIK_SENSE__CLIENT_CERTIFICATE"
PROXY = {"QLIK_SENSE__VIRTUAL_PROXY": "jwt"}
INFLUX = {
    "INFLUXDB__URL": "http://influx:8086",
    "INFLUXDB__BUCKET": "butler",
    "INFLUXDB__TOKEN_FILE": "token",
}
QLIKVIEW = {
    "QLIKVIEW__URL": "http://qv:4799/QMS/Service",
    "QLIKVIEW__USER": "DOMAIN\\svc",
    "QLIKVIEW__PASSWORD_FILE": "password",
}
WEBHOOK = {"WEBHOOK__URL_FILE": "webhook.url", "WEBHOOK__EVENTS": "[]"}
SECRETS = [info.name[:-5] for info in SETTING_REFERENCE if info.name.endswith("_FILE")]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_given_twice_is_refused(secret: str) -> None:
    """A name in the vault and a file for the same secret: nobody knows which is meant."""
    text = refusal({**VAULT, f"{secret}_SECRET": "name", f"{secret}_FILE": "path"})
    assert f"{secret}_SECRET is given together with {secret}_FILE" in text


def test_every_secret_has_both_forms() -> None:
    """Eight secrets, each by name or by file."""
    names = {info.name for info in SETTING_REFERENCE}
    assert len(SECRETS) == 8
    assert {f"{secret}_SECRET" for secret in SECRETS} <= names


def test_a_blank_form_counts_as_not_given() -> None:
    """Deployment templates hand on empty texts for what is not used."""
    settings = load_settings({**REQUIRED, f"{CERTIFICATE}_SECRET": " ", "INFLUXDB__URL": ""})
    assert settings.qlik_sense.client_certificate == SecretFile("client.pem")
    assert settings.influxdb is None


def test_a_secret_needs_the_vault() -> None:
    """KEY_VAULT_URL is asked for as soon as a secret is named, and only then."""
    text = refusal({"QLIK_SENSE__ROOT_CERTIFICATE_SECRET": "root"})
    assert "KEY_VAULT_URL is required, because QLIK_SENSE__ROOT_CERTIFICATE_SECRET" in text
    load_settings({**REQUIRED, "QLIK_SENSE__ROOT_CERTIFICATE_FILE": "root.pem"})


def test_some_way_in_is_required() -> None:
    """Neither certificate nor JWT: both ways are named."""
    text = refusal({}, without=(f"{CERTIFICATE}_FILE",))
    assert f"{CERTIFICATE}_SECRET or {CERTIFICATE}_FILE is required" in text
    assert "QLIK_SENSE__VIRTUAL_PROXY with a JWT" in text


def test_two_ways_in_contradict_each_other() -> None:
    """A JWT and a client certificate at once are refused."""
    text = refusal({**PROXY, "QLIK_SENSE__JWT_FILE": "jwt"})
    assert f"QLIK_SENSE__JWT_FILE is given together with {CERTIFICATE}_FILE" in text


def test_jwt_and_virtual_proxy_need_each_other() -> None:
    """Either of the two without the other is refused."""
    text = refusal({"QLIK_SENSE__JWT_FILE": "jwt"}, without=(f"{CERTIFICATE}_FILE",))
    assert "QLIK_SENSE__VIRTUAL_PROXY is required, because QLIK_SENSE__JWT_FILE" in text
    assert "QLIK_SENSE__JWT_SECRET or QLIK_SENSE__JWT_FILE is required" in refusal(PROXY)


def test_a_given_port_holds_with_a_virtual_proxy() -> None:
    """443 is only the default there."""
    given = {**REQUIRED, **PROXY, "QLIK_SENSE__JWT_FILE": "jwt", "QLIK_SENSE__PORT": "8443"}
    del given[f"{CERTIFICATE}_FILE"]
    assert load_settings(given).qlik_sense.port == 8443


def test_a_key_without_certificate_is_refused() -> None:
    """A key alone opens nothing."""
    text = refusal({"QLIK_SENSE__CLIENT_KEY_FILE": "key"}, without=(f"{CERTIFICATE}_FILE",))
    assert f"QLIK_SENSE__CLIENT_KEY_FILE is given without {CERTIFICATE}_SECRET" in text


@pytest.mark.parametrize("group", [INFLUX, QLIKVIEW])
def test_an_optional_group_is_given_whole_or_not_at_all(group: dict[str, str]) -> None:
    """Every missing part of a group that was begun is named."""
    load_settings({**REQUIRED, **group})
    for missing in group:
        rest = {name: value for name, value in group.items() if name != missing}
        assert f"{missing} is required" in refusal(rest)


def test_events_without_an_address_are_refused() -> None:
    """Whoever chooses what is told wants to be told; an address alone is enough."""
    (address, _), (name, events) = WEBHOOK.items()
    load_settings({**REQUIRED, **WEBHOOK})
    load_settings({**REQUIRED, address: "webhook.url"})
    text = refusal({name: events, address: " "})
    assert "WEBHOOK__URL_SECRET or WEBHOOK__URL_FILE is required" in text
    assert "KEY_VAULT_URL is required" in refusal({"WEBHOOK__URL_SECRET": "teams-webhook-url"})


def test_settings_without_secrets_know_where_secrets_are() -> None:
    """Each secret's source names the setting it came from."""
    settings = load_settings({**REQUIRED, **VAULT, "QLIK_SENSE__CLIENT_KEY_SECRET": "key"})
    certificate, key = settings.qlik_sense.client_certificate, settings.qlik_sense.client_key
    assert isinstance(certificate, SecretFile)
    assert certificate.setting == f"{CERTIFICATE}_FILE"
    assert isinstance(key, KeyVaultSecret)
    assert key.setting == "QLIK_SENSE__CLIENT_KEY_SECRET"


def test_a_threshold_under_a_week_warns() -> None:
    """Releasing within quarantine's seven days is allowed and warned of, unless switched off."""
    name = "LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS"
    (warning,) = load_settings({**REQUIRED, name: "6"}).warnings
    assert warning.startswith(f"{name} is 6")
    assert load_settings({**REQUIRED, name: "7"}).warnings == ()
    switched_off = {name: "6", "LICENSE_RELEASE__ANALYZER__ENABLED": "false"}
    assert load_settings({**REQUIRED, **switched_off}).warnings == ()
