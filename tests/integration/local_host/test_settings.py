"""Settings files, %NAME%, host.json and schedules: what is accepted, and the errors."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.host.app_settings import (
    SettingsError,
    is_disabled,
    read_settings_file,
    resolve,
    worker_environment,
)
from local.host.host_json import HostOptions, QueueOptions, read_host_json
from local.host.schedule import parse_schedule

ROOT = Path(__file__).resolve().parents[3]


def test_values_of_a_settings_file_are_read(tmp_path: Path) -> None:
    """The file of Functions Core Tools works as it is, with or without a byte order mark."""
    path = tmp_path / "local.settings.json"
    path.write_text('{"IsEncrypted": false, "Values": {"A": "1"}}', encoding="utf-8-sig")
    assert read_settings_file(path) == {"A": "1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"Values": {"A": "1",}}', "line 1, column 21: not valid JSON"),
        ("[]", "must hold an object"),
        ("{}", 'needs "Values"'),
        ('{"Values": []}', 'needs "Values"'),
        ('{"IsEncrypted": true, "Values": {}}', "Decrypt it with `func settings decrypt`"),
        ('{"Values": {"A": 30}}', 'A must be a text, as settings are in Azure: write "30"'),
        (
            '{"Values": {"A": ["x"]}}',
            r'A must be a text, as settings are in Azure: write "[\"x\"]"',
        ),
    ],
)
def test_a_malformed_settings_file_says_where(tmp_path: Path, content: str, words: str) -> None:
    """Each mistake has one error that names the place."""
    path = tmp_path / "local.settings.json"
    path.write_text(content)
    with pytest.raises(SettingsError) as caught:
        read_settings_file(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    """A wrong path is an error, not an empty set of settings."""
    with pytest.raises(SettingsError, match="does not exist"):
        read_settings_file(tmp_path / "none.json")


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    """A file in another encoding is refused."""
    path = tmp_path / "local.settings.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings_file(path)


def test_names_are_resolved_from_settings_then_defaults() -> None:
    """%NAME% takes the setting; the app's schedules have the documented defaults."""
    assert resolve("a-%X%-b", {"X": "1"}, "It") == "a-1-b"
    assert resolve("%USAGE_SCHEDULE%", {}, "It") == "0 0 */6 * * *"
    assert resolve("%USAGE_SCHEDULE%", {"USAGE_SCHEDULE": "0 * * * * *"}, "It") == "0 * * * * *"


@pytest.mark.parametrize(
    ("text", "words"), [("%NOPE%", "app setting NOPE is not set"), ("50%", "has no partner")]
)
def test_unresolvable_text_is_an_error(text: str, words: str) -> None:
    """Whose text it is stands in the error."""
    with pytest.raises(SettingsError, match=words) as caught:
        resolve(text, {}, "The queue name of work")
    assert str(caught.value).startswith("The queue name of work")


def test_the_worker_gets_settings_and_a_few_basics_only() -> None:
    """Secrets of the shell stay in the shell; settings win over basics."""
    shell = {"PATH": "/bin", "HOME": "/home/me", "AWS_SECRET": "x", "PYTHONPATH": "/y", "TZ": "z"}
    assert worker_environment({"A": "1", "HOME": "/app"}, shell) == {
        "PATH": "/bin",
        "HOME": "/app",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "A": "1",
    }


def test_both_spellings_disable_a_function() -> None:
    """Linux apps write two underscores instead of dots."""
    assert is_disabled("work", {"AzureWebJobs.work.Disabled": "True"})
    assert is_disabled("work", {"AzureWebJobs__work__Disabled": "1"})
    assert not is_disabled("work", {"AzureWebJobs.work.Disabled": "false"})


def test_our_host_json_says_what_we_mean() -> None:
    """The app's own host.json is valid and holds the agreed values."""
    assert read_host_json(ROOT, {}) == HostOptions(
        timedelta(minutes=10),
        QueueOptions(4, 2, 5, timedelta(minutes=5), timedelta(seconds=30), base64=True),
    )


def test_a_bare_host_json_has_the_extension_defaults(tmp_path: Path) -> None:
    """What is left out is as in Azure."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    assert read_host_json(tmp_path, {}) == HostOptions(timedelta(minutes=30), QueueOptions())


def test_settings_override_host_json_whatever_their_case(tmp_path: Path) -> None:
    """Keys compare without case, and sections that are missing are made."""
    (tmp_path / "host.json").write_text('{"version": "2.0", "functionTimeout": "-1"}')
    settings = {
        "AzureFunctionsJobHost__Extensions__QUEUES__visibilityTimeout": "1.00:00:01",
        "azurefunctionsjobhost__functiontimeout": "00:01:00",
    }
    options = read_host_json(tmp_path, settings)
    assert options.function_timeout == timedelta(minutes=1)
    assert options.queues.visibility_timeout == timedelta(days=1, seconds=1)


@pytest.mark.parametrize(
    ("queues", "words"),
    [
        ({"batchSize": 0}, "batchSize is 0, not 1 to 32"),
        ({"batchSize": True}, "batchSize is True, not a whole number"),
        ({"maxDequeueCount": "five"}, "maxDequeueCount is 'five', not a whole number"),
        ({"visibilityTimeout": 300}, 'visibilityTimeout is 300; write it like "00:05:00"'),
        ({"maxPollingInterval": "00:99:00"}, "maxPollingInterval is '00:99:00'"),
        ({"messageEncoding": "utf8"}, "messageEncoding is base64 or none"),
        ({"batchSise": 4}, "has no batchsise; it has batchSize"),
        (17, "extensions.queues must be an object"),
    ],
)
def test_a_wrong_queue_option_is_named(tmp_path: Path, queues: object, words: str) -> None:
    """Values out of range and unknown keys are errors with the key's name."""
    content = {"version": "2.0", "extensions": {"queues": queues}}
    (tmp_path / "host.json").write_text(json.dumps(content))
    with pytest.raises(SettingsError) as caught:
        read_host_json(tmp_path, {})
    assert words in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2.0}', '{"version": "1.0"}'])
def test_a_malformed_host_json_is_an_error(tmp_path: Path, content: str) -> None:
    """The version must be the text 2.0, as for the real host."""
    (tmp_path / "host.json").write_text(content)
    with pytest.raises(SettingsError, match=r"host\.json"):
        read_host_json(tmp_path, {})


def test_a_missing_host_json_is_an_error(tmp_path: Path) -> None:
    """A folder without host.json is no function app."""
    with pytest.raises(SettingsError, match="does not exist"):
        read_host_json(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("0 30 2 * * *", (2026, 3, 1, 2, 30, 0), (2026, 3, 2, 2, 30, 0)),
        ("0 0 */6 * * *", (2026, 3, 1, 5, 59, 59), (2026, 3, 1, 6, 0, 0)),
        ("*/15 * * * * *", (2026, 3, 1, 0, 0, 1), (2026, 3, 1, 0, 0, 15)),
        ("30 2 * * *", (2026, 3, 1, 0, 0, 0), (2026, 3, 1, 2, 30, 0)),
        ("0 0 8 * jan-jul mon-fri", (2026, 7, 31, 9, 0, 0), (2027, 1, 1, 8, 0, 0)),
        # Day AND weekday: the 13th that is a Friday, not every 13th and every Friday.
        ("0 0 0 13 * 5", (2026, 3, 14, 0, 0, 0), (2026, 11, 13, 0, 0, 0)),
    ],
)
def test_a_schedule_is_read_as_ncrontab(
    text: str, now: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    """Six fields with the second first, or five; always in UTC."""
    schedule = parse_schedule(text, "It")
    assert schedule.next_after(_time(now)) == _time(expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no NCRONTAB schedule"),
        ("* * *", "Wrong number of fields"),
        ("0 61 * * * *", "Bad minute"),
        ("0 0 0 31 2 *", "It is '0 0 0 31 2 *'"),
        ("0 0 0 30 2 1", "a date that never comes"),
        ("0 0 0 L * *", "no NCRONTAB schedule"),
        ("0 0 0 * * 5#1", "no NCRONTAB schedule"),
        ("0 0 0 * * 5L", "no NCRONTAB schedule"),
        ("00:05:00", "no NCRONTAB schedule"),
    ],
)
def test_a_wrong_schedule_is_explained(text: str, words: str) -> None:
    """The error shows the text and an example."""
    with pytest.raises(SettingsError) as caught:
        parse_schedule(text, "It")
    assert words in str(caught.value)
    assert "second minute hour day month weekday" in str(caught.value)


def _time(parts: tuple[int, ...]) -> datetime:
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
