"""What single settings take, and that everything else is refused with advice."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.settings import load_settings
from tests.unit.settings.given import REQUIRED, USERS, VAULT, refusal

NEVER = "LICENSE_RELEASE__NEVER_RELEASE__"


@pytest.mark.parametrize(
    "value", ["30.5", "1e2", "", " ", "-1", "36501", "0x1e", "٣", "1_0", "NaN"]
)
def test_thresholds_are_whole_numbers_of_days(value: str) -> None:
    """Fractions, exponents, blanks and numbers out of range never become a threshold."""
    name = "LICENSE_RELEASE__PROFESSIONAL__THRESHOLD_DAYS"
    assert f"{name} is {value.strip()!r}; write a whole number from 0 to" in refusal({name: value})


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("LICENSE_RELEASE__MAX_PER_RUN", 0, 1_000_000),
        ("LICENSE_RELEASE__MAX_PERCENT_PER_RUN", 0, 100),
        ("LICENSE_RELEASE__KEEP_AVAILABLE", 0, 1_000_000),
        ("LICENSE_RELEASE__GRACE_DAYS", 0, 36_500),
        ("LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT", 0, 1_000_000),
        ("LICENSE_RELEASE__STALE_USAGE_DAYS", 1, 36_500),
        ("LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS", 0, 36_500),
        ("QLIK_SENSE__PORT", 1, 65_535),
        ("QLIK_SENSE__MAX_CONCURRENCY", 1, 64),
        ("LEASES__MACHINES_PER_USER", 1, 1_000),
        ("LEASES__PERIOD_DAYS", 1, 36_500),
        ("LEASES__BLOCK_HOURS", 0, 8_760),
        ("EARLY_WARNING__RETURNED_PERCENT", 0, 100),
        ("EARLY_WARNING__RETURNED_USERS", 1, 1_000_000),
    ],
)
def test_numbers_hold_their_range(name: str, lowest: int, highest: int) -> None:
    """Both ends are allowed, and one beyond either end is not."""
    for allowed in (lowest, highest):
        load_settings({**REQUIRED, name: f" {allowed} "})
    for beyond in (lowest - 1, highest + 1, 10**30):
        assert f"{name} is " in refusal({name: str(beyond)})


@pytest.mark.parametrize("value", ["", " ", "maybe", "truee", "2", "[]", "null"])
def test_switches_take_true_or_false_only(value: str) -> None:
    """An unreadable switch never counts as on or off."""
    assert "STOP is " in refusal({"LICENSE_RELEASE__STOP": value})


@pytest.mark.parametrize(("value", "expected"), [("TRUE", True), (" false", False), ("0", False)])
def test_switches_are_read_in_any_case(value: str, expected: bool) -> None:
    """The usual words for true and false are understood."""
    settings = load_settings({**REQUIRED, "LICENSE_RELEASE__DRY_RUN": value})
    assert settings.license_release.dry_run is expected


@pytest.mark.parametrize("ending", ["USERS", "TAGS", "USER_DIRECTORIES", "CUSTOM_PROPERTIES"])
@pytest.mark.parametrize(
    "value",
    ["", " ", "null", "{}", '"x"', "a,b", "['a']", "[1]", "[null]", '[""]', '[" "]', "[[]]", "[",
     '["\\u0007"]', "[true]", '["a","b"', "[" * 100_000],
)  # fmt: skip
def test_an_unreadable_never_release_list_is_refused(ending: str, value: str) -> None:
    """A list that can't be read never becomes "nobody is protected"."""
    assert f"{NEVER}{ending} " in refusal({f"{NEVER}{ending}": value})


def test_a_single_backslash_in_json_is_explained() -> None:
    """The commonest mistake in a list of users is told as such, also where JSON accepts it."""
    assert "a backslash as two" in refusal({USERS: r'["INTERNAL\sa_repository"]'})
    assert "a backslash is written as two" in refusal({USERS: r'["INTERNAL\bob"]'})


@pytest.mark.parametrize("account", ["sa_api", "\\sa_api", "INTERNAL\\", "INTERNAL/sa_api"])
def test_a_user_without_directory_is_refused_by_position(account: str) -> None:
    """A protected user that names nobody is refused, and the right form is shown."""
    text = refusal({USERS: json.dumps(["INTERNAL\\sa_repository", account])})
    assert f"{USERS} item 2 is {account!r}" in text
    assert r'"INTERNAL\\sa_repository"' in text


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cc", "Cs"))).filter(lambda text: text.strip())
    )
)
def test_tags_come_through_whole(tags: list[str]) -> None:
    """Any list of texts survives the way through JSON, without outer blanks."""
    settings = load_settings({**REQUIRED, f"{NEVER}TAGS": json.dumps(tags)})
    assert settings.license_release.never_release.tags == tuple(tag.strip() for tag in tags)


def test_a_user_directory_with_a_user_is_refused() -> None:
    r"""`DIR\id` among the directories would protect nobody."""
    text = refusal({f"{NEVER}USER_DIRECTORIES": r'["INTERNAL\\sa_api"]'})
    assert "write only the user directory" in text


@pytest.mark.parametrize(
    "item",
    [{"name": "a"}, {"name": "a", "value": "b", "x": 1}, {"Name": "a", "value": "b"},
     {"name": "", "value": "b"}, {"name": "a", "value": 5}, ["a", "b"]],
)  # fmt: skip
def test_custom_properties_have_exactly_name_and_value(item: object) -> None:
    """Anything else than two texts called name and value is refused."""
    name = f"{NEVER}CUSTOM_PROPERTIES"
    assert f"{name} item 1 " in refusal({name: json.dumps([item])})


def test_a_key_given_twice_in_json_is_refused() -> None:
    """JSON would silently keep the last of two equal keys."""
    name = f"{NEVER}CUSTOM_PROPERTIES"
    assert "the same key twice" in refusal({name: '[{"name":"a","name":"b","value":"c"}]'})
    assert "the same key twice" in refusal({"STATIC_TAGS": '{"a":"1"," a":"2"}'})


@pytest.mark.parametrize("value", ["", "true", "y", "none", "[]"])
def test_flag_rules_take_three_words(value: str) -> None:
    """The words of a flag rule are told when another one is given."""
    text = refusal({f"{NEVER}INACTIVE": value})
    assert f"INACTIVE is {value!r}; write one of Ignore, Yes, No" in text


@pytest.mark.parametrize(
    "site", ["", " ", "a/b", "a\\b", "a#b", "a?b", "a\tb", "x" * 101, "\udc80"]
)
def test_a_site_name_must_do_as_a_table_key(site: str) -> None:
    """Names that the ledger's tables refuse are refused here."""
    assert "SITE_NAME " in refusal({"SITE_NAME": site})


@pytest.mark.parametrize(
    "schedule", ["0 30 2 * * *", "30 2 * * 1-5", "0 0 */6 * JAN,FEB *", "06:00:00"]
)
def test_schedules_of_both_forms_pass(schedule: str) -> None:
    """NCRONTAB of six or five fields and time spans are taken as they are."""
    settings = load_settings({**REQUIRED, "USAGE_SCHEDULE": schedule})
    assert settings.usage_schedule == schedule


@pytest.mark.parametrize("schedule", ["daily", "* * * *", "0 0 0 * * * *", "6:00", "0 0 @ * * *"])
def test_other_schedules_are_refused(schedule: str) -> None:
    """What the host would stumble over is told with an example."""
    assert "RELEASE_SCHEDULE is " in refusal({"RELEASE_SCHEDULE": schedule})


@pytest.mark.parametrize("host", ["https://h", "h:4242", "h/qrs", "a b", "-h", "u@h", "h" * 64, ""])
def test_the_host_is_a_name_only(host: str) -> None:
    """A whole address in HOST is refused, with what to write."""
    assert "QLIK_SENSE__HOST " in refusal({"QLIK_SENSE__HOST": host})


@pytest.mark.parametrize(
    "host", ["SRV_QLIK01", "10.0.0.4", "::1", "sense.example.com.", "münchen.de"]
)
def test_hosts_of_every_kind_pass(host: str) -> None:
    """Short names, addresses and full names are hosts."""
    settings = load_settings({**REQUIRED, "QLIK_SENSE__HOST": host})
    assert settings.qlik_sense.host == host


@pytest.mark.parametrize(
    "tags",
    ['{"site":"x"}', '{"license_type":"x"}', '{"pool":"x"}', '{"group":"x"}', '{"value":"x"}',
     '{"subject":"x"}', '{"action":"x"}', '{"reason":"x"}', '{" user ":"x"}', '{"_field":"x"}',
     '{"time":"x"}', '{"":"x"}', '{"a":""}', '{"a":null}', '{"a":[]}', '{"a":NaN}', "[]", ""],
)  # fmt: skip
@pytest.mark.parametrize("group", ["", "LICENSE_MONITOR__", "LICENSE_RELEASE__"])
def test_static_tags_that_would_spoil_points_are_refused(group: str, tags: str) -> None:
    """The app's own tags can't be overridden, and a tag is a non-empty text."""
    assert f"{group}STATIC_TAGS " in refusal({f"{group}STATIC_TAGS": tags})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEY_VAULT_URL", "http://vault.example.net"),
        ("KEY_VAULT_URL", "https://vault.example.net/secrets/x"),
        ("KEY_VAULT_URL", "vault.example.net"),
        ("INFLUXDB__URL", "influx:8086"),
        ("INFLUXDB__URL", "http://"),
        ("INFLUXDB__URL", "http:///api/v2"),
        ("INFLUXDB__URL", "http://:8086"),
        ("INFLUXDB__URL", "http://influx db:8086"),
        ("INFLUXDB__URL", "http://.:8086"),
        ("INFLUXDB__URL", "https://h:port"),
        ("INFLUXDB__URL", "https://[::1"),
        ("QLIKVIEW__URL", "ftp://h"),
    ],
)
def test_addresses_are_checked(name: str, value: str) -> None:
    """An address that can't be called is refused."""
    assert f"{name} " in refusal({name: value})


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8086", "https://SRV_INFLUX01", "http://10.0.0.4", "http://[::1]:8086"],
)
def test_addresses_of_every_kind_of_host_pass(address: str) -> None:
    """Short names and addresses are hosts of an address too."""
    given = {"INFLUXDB__URL": address, "INFLUXDB__BUCKET": "b", "INFLUXDB__TOKEN_FILE": "token"}
    influxdb = load_settings({**REQUIRED, **given}).influxdb
    assert influxdb is not None
    assert influxdb.url == address


@pytest.mark.parametrize("value", ["", "bulk", "single,selection", "null", '"single"'])
def test_the_delete_strategy_is_one_of_two(value: str) -> None:
    """No other way of deleting is ever guessed; case does not matter."""
    name = "LICENSE_RELEASE__DELETE_STRATEGY"
    assert f"{name} is {value!r}; write one of single, selection" in refusal({name: value})
    settings = load_settings({**REQUIRED, name: " Selection"})
    assert settings.license_release.delete_strategy == "selection"


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("", "is empty; write it like"),
        ("licenses.released", "is not JSON"),
        ('"licenses.released"', "must be a JSON list"),
        ('["licenses.released","plan.approved"]', "item 2 is 'plan.approved'; write one of"),
        ("[null]", "item 1 is 'None'; write one of licenses.marked, licenses.released"),
    ],
)
def test_unknown_webhook_events_are_refused(value: str, advice: str) -> None:
    """A misspelled event would leave people waiting for a notice that never comes."""
    text = refusal({"WEBHOOK__URL_FILE": "webhook.url", "WEBHOOK__EVENTS": value})
    assert "WEBHOOK__EVENTS " in text
    assert advice in text


def test_farm_takes_names_or_ids_with_names() -> None:
    """A list makes each name its own id; a machine named twice is refused."""
    settings = load_settings({**REQUIRED, "LEASES__FARM": '["CTX01","CTX02"]'})
    assert settings.leases.farm == {"CTX01": "CTX01", "CTX02": "CTX02"}
    assert "LEASES__FARM names a machine twice" in refusal({"LEASES__FARM": '["CTX01","ctx01"]'})
    assert "LEASES__FARM " in refusal({"LEASES__FARM": '"CTX01"'})


SECRET = "s3cr3t-" + "x" * 40


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INFLUXDB__TOKEN_SECRET", f"{SECRET}=="),
        ("QLIK_SENSE__CLIENT_KEY_FILE", f"-----BEGIN PRIVATE KEY-----\n{SECRET}"),
        ("INFLUXDB__URL", f"https://user:{SECRET}@influx"),
        ("WEBHOOK__URL_FILE", f"https://flow.example.com/?sig={SECRET}"),
        ("WEBHOOK__URL_SECRET", f"https://flow.example.com/?sig={SECRET}"),
        ("WEBHOOK__URL", f"https://flow.example.com/?sig={SECRET}"),
        ("INFLUXDB__TOKEN", SECRET),
        ("STATIC_TAGS", f'{{"a":"{SECRET}"'),
        ("LICENSE_RELEASE__DRY_RUN", "x" * 30 + SECRET),
    ],
)
def test_what_may_be_a_secret_is_never_shown(name: str, value: str) -> None:
    """A secret that was put into the wrong setting does not reach the log."""
    text = refusal({**VAULT, name: value})
    assert f"{name} " in text
    assert "s3cr3t" not in text
