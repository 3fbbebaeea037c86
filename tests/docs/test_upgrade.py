"""What docs/upgrade.md says of older and newer data is so."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.adapters.ledger.rows import from_json, to_json
from shared.domain.errors import SettingsError
from shared.domain.messages import VERSION, RefusedMessageError
from shared.domain.messages import from_json as message_from_json
from shared.domain.plan import Approval
from shared.domain.release import Outcome
from shared.domain.runs import MessageRefusal
from shared.settings import load_settings

PAGE = Path("docs/upgrade.md").read_text()
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Later:
    """A record of a later version: a field more, with a default."""

    approved_at: datetime
    nonce: str
    remark: str = ""


def test_a_newer_app_reads_older_rows_and_an_older_one_newer_rows() -> None:
    """A field that is missing has its default, one that is unknown is ignored."""
    older = to_json(Approval(NOW, "x"))
    assert from_json(Later, older) == Later(NOW, "x")
    newer = to_json(Later(NOW, "x", remark="at last"))
    assert from_json(Approval, newer) == Approval(NOW, "x")


def test_a_word_that_the_older_app_does_not_have_is_not_guessed() -> None:
    """A ValueError, which the ledger tells with table and row."""

    @dataclass(frozen=True, slots=True)
    class Record:
        outcome: Outcome

    assert from_json(Record, to_json(Record(Outcome.RELEASED))).outcome is Outcome.RELEASED
    with pytest.raises(ValueError, match="outcome"):
        from_json(Record, json.dumps({"outcome": "released_to_the_moon"}))


def test_a_message_of_a_later_version_is_refused_with_its_reason() -> None:
    """Not acted upon, and not tried again."""
    text = json.dumps({"version": VERSION + 1, "site": "Lab"})
    with pytest.raises(RefusedMessageError) as refused:
        message_from_json(text, site="Lab", now=NOW)
    assert refused.value.refusal is MessageRefusal.UNKNOWN_VERSION


def test_a_setting_of_a_later_version_stops_the_older_app() -> None:
    """That is why code and settings go back together."""
    given = {
        "SITE_NAME": "Lab",
        "QLIK_SENSE__HOST": "sense.example.com",
        "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "client.pem",
    }
    assert load_settings(given).site_name == "Lab"
    with pytest.raises(SettingsError, match="LICENSE_RELEASE__SOMETHING_NEW"):
        load_settings(given | {"LICENSE_RELEASE__SOMETHING_NEW": "1"})


def test_the_hours_and_tries_are_those_of_app_and_host() -> None:
    """24 hours for a message, five tries with five minutes between."""
    from shared.usecases.plan_releases import LIFETIME

    queues = json.loads(Path("host.json").read_text())["extensions"]["queues"]
    assert LIFETIME.total_seconds() == 24 * 3600
    assert (queues["visibilityTimeout"], queues["maxDequeueCount"]) == ("00:05:00", 5)
    for told in ("24 hours", "after five minutes, five times"):
        assert told in PAGE
