"""What can't be carried over: one error that names key, line and what to do; nothing is dropped."""

import re

import pytest

from local.butler.convert import convert
from local.butler.errors import ButlerConfigError
from local.butler.read_yaml import read_tree
from tests.unit.butler.configs import CONNECTION, INFLUXDB_FLAT, RELEASE, imported

BODY = RELEASE + CONNECTION + INFLUXDB_FLAT


def refusal(body: str, **given: str) -> str:
    """The text of the error."""
    with pytest.raises(ButlerConfigError) as caught:
        imported(body, **given)
    return str(caught.value)


def never_release(rules: str) -> str:
    """A config with these never-release rules."""
    return RELEASE.rstrip() + f"\n      neverRelease: {rules}\n" + CONNECTION


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("dryRun: false", "frequency: every day", r"'every day'.*RELEASE_SCHEDULE=0 0 0 \* \* \*"),
        ("dryRun: false", "dryRun: maybe", "dryRun is 'maybe'; Butler takes true or false"),
        ("port: 4242", "port: https", "configQRS.port is 'https'; it must be a whole number"),
        ("port: 4242", "port: 70000", "from 1 to 65535"),
        ("releaseThresholdDays: 30", "releaseThresholdDays: -1", "is '-1'"),
        ("releaseThresholdDays: 30", "releaseThresholdDays: 30.5", "is '30.5'"),
        (", releaseThresholdDays: 30", "", "releaseThresholdDays is missing"),
        ("licenseRelease:", "licenserelease:", "did you mean licenseRelease"),
        ("host: sense", "hosts: sense", "configQRS.hosts is not known; did you mean host"),
        ("configQRS:", "configQrs:", "Butler.configQrs is not known; did you mean configQRS"),
        ("sense.example.com", "<FQDN of QRS>", "still the sample's <FQDN of QRS>"),
        ("sense.example.com", "${QRS_HOST}", "a placeholder"),
        ("sense.example.com", "'%QRS_HOST%'", "a placeholder"),
        ("sense.example.com", "$QRS_HOST", "a placeholder"),
        ("sense.example.com", "[a, b]", "must be a single value"),
        ("certs/client.pem", "<path/to/cert/client.pem>", "cert.clientCert is still the sample's"),
        ("UserDirectory=Internal;UserId", "User", "X-Qlik-User looks like"),
        ("authentication: certificates", "authentication: ntlm", "only certificates"),
        ("hostIP: influx.example.com", "", "influxDb.hostIP is missing"),
        ("dbName: butler", "", "influxDb.dbName is missing"),
        ("hostPort: 8087", "version: 4", "influxDb.version is '4'"),
        ("dbName: butler", "dbname: butler", "did you mean dbName"),
    ],
)
def test_what_is_wrong_is_named_by_key_and_line(old: str, new: str, told: str) -> None:
    """And what to write instead."""
    assert old in BODY
    text = refusal(BODY.replace(old, new, 1))
    assert re.search(told, text), text
    assert re.search(r"line \d+, Butler\.", text)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("{users: []}", "did you mean user"),
        ("{Tag: [a]}", "did you mean tag"),
        ("{groups: [a]}", "is no rule that can be carried over"),
        ("{user: [{userDir: A, userID: b}]}", "did you mean userId"),
        ("{user: [{userDir: A}]}", r"user\[1\].userId is missing"),
        ("{user: ['A\\b']}", "must be a block"),
        ("{user: {userDir: A, userId: b}}", "must be a list"),
        ("{customProperty: [{name: A}]}", "value is missing"),
        ("{tag: License do not release}", "must be a list"),
        ("{tag: [[a]]}", "must be a list of texts"),
        ("{inactive: false}", "write Ignore, Yes or No"),
        ("[]", "must be a block of settings"),
    ],
)
def test_a_rule_that_protects_is_never_lost(rules: str, told: str) -> None:
    """A misspelled one would let licenses go."""
    assert re.search(told, refusal(never_release(rules)))


def test_everything_wrong_comes_at_once_in_the_order_of_the_file() -> None:
    """So that it can be put right in one go."""
    text = refusal(BODY.replace("port: 4242", "port: x").replace("dryRun: false", "dryRun: x"))
    assert "2 things can't be imported" in text
    assert text.index("dryRun") < text.index("configQRS.port")


@pytest.mark.parametrize("setting", ["LICENSE_RELEASE__DRY_RUN", "LICENSE_RELEASE__CONFIRM_SITE"])
def test_an_import_never_opens_a_switch(setting: str) -> None:
    """Not even when it is asked to."""
    assert "read a dry plan first" in refusal(BODY, **{setting: "false"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("butler: {configQRS: {host: a}}", "It says butler; Butler minds letter case"),
        ("Butler: 5", "no Butler config"),
        ("services: {}", "no Butler config"),
    ],
)
def test_another_yaml_file_is_told_from_a_butler_config(text: str, told: str) -> None:
    """Instead of settings that say nothing."""
    with pytest.raises(ButlerConfigError, match=told):
        convert(read_tree(text, "x.yaml"), "x.yaml", {})


def test_keys_without_a_counterpart_are_listed() -> None:
    """With the reason; those that nobody knows too, and the names of all other blocks."""
    body = BODY.replace("useSSL: true", "useSSL: true\n    someNewKey: {a: 1}")
    left_out = "\n".join(imported(body + "\n  emailNotification: {}\n  logLevel: info\n").left_out)
    for told in (
        "Butler.configQRS.rejectUnauthorized: the server is always verified",
        "Butler.configQRS.someNewKey: not known here",
        "Butler.influxDb.retentionPolicy",
        "emailNotification, logLevel",
    ):
        assert told in left_out
