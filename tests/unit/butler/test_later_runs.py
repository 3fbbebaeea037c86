"""Schedule texts against what later.js really does with them, as it was measured."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from local.butler.later_words import NotUnderstoodError
from local.butler.ncrontab import convert_schedule, suggestion
from local.host.schedule import parse_schedule

MEASURED = json.loads((Path(__file__).parent / "later_runs.json").read_text())
START = datetime.fromisoformat(MEASURED["start"])
# later.js 4.2.0 reports an error for each of these, and Butler went on with half a schedule.
NOT_FOR_LATER = (
    "every day", "every hour", "every six hours", "every 6hours", "every 6 hours.", "gibberish",
    "at 5", "at 24:00", "at 13:00 pm", "@ 5:00", "on weekday", "every 30 mins on weekday",
    "of jun", "of sep", "every 6 hours between the 8th and 20th hour", "on mon and at 6:00",
    "at 5:00 and every weekday", "on first day", "daily", "0 0 * * *", "*/5 * * * *", "every",
    "on the first day of", "every 1 day of the", "at", "every 6 hours Ω",
)  # fmt: skip
# later.js takes them, but no schedule of six fields says the same.
NOT_FOR_CRON = (
    "every 2 weeks", "every 1 week at 04:00", "on the last day of the month", "at 5:00 and 17:30",
    "at 10:00 on tues of may in 2032", "after 8 hour before 18 hour every 1 hour",
    "every 6 hours also at 7:00", "every 1 hour except on mon", "every 6 hours, at 4:00",
    "every 1 year", "on the 3rd week of the month", "on the 100 day of the year",
    "at 06:15, 18:15 and 12:15", "on sat,mon", "on the 15,1 day", "of june,jan",
    "every 0 hours", "on the 24 hour", "on the 99 minute", "on fri-sun", "of dec - feb",
    "every 7 hours starting on 25 hour", "every 6 hours every 4 hours", "at 5:00 at 6:00",
    "every 6 hours starting on the 2nd minute", "", "and",
)  # fmt: skip


def runs(ncrontab: str, count: int) -> list[datetime]:
    """The next runs of a schedule, by the library that the local host uses."""
    schedule, found = parse_schedule(ncrontab, "test"), [START]
    while len(found) <= count:
        found.append(schedule.next_after(found[-1]))
    return found[1:]


@pytest.mark.parametrize("text", sorted(MEASURED["runs"]))
def test_a_converted_schedule_runs_exactly_when_later_js_did(text: str) -> None:
    """All runs that were measured, and no other between them."""
    expected = [datetime.fromisoformat(run) for run in MEASURED["runs"][text].split()]
    assert len(expected) == 20
    assert runs(convert_schedule(text).ncrontab, len(expected)) == expected


@pytest.mark.parametrize("text", [*NOT_FOR_LATER, *NOT_FOR_CRON])
def test_what_can_not_be_said_exactly_is_refused_with_a_schedule_that_works(text: str) -> None:
    """Never approximated: a person decides, and has something to begin with."""
    with pytest.raises(NotUnderstoodError) as caught:
        convert_schedule(text)
    assert str(caught.value)
    first, second = runs(suggestion(text), 2)
    assert second - first <= timedelta(days=31)


@pytest.mark.parametrize(
    ("text", "ncrontab"),
    [
        ("every day", "0 0 0 * * *"),
        ("every hour", "0 0 * * * *"),
        ("every 2 weeks", "0 0 0 * * 1"),
        ("on the last day of the month", "0 0 0 28 * *"),
        ("every 5mins", "0 */5 * * * *"),
        ("on weekday", "0 0 0 * * 1-5"),
        ("at 5:30 pm and 6:00", "0 30 17 * * *"),
        ("whenever", "0 0 */6 * * *"),
    ],
)
def test_a_suggestion_is_near_to_what_the_words_want(text: str, ncrontab: str) -> None:
    """By the unit or the time that they name."""
    assert suggestion(text) == ncrontab


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("every 7 hours", "hour 0, 7, 14, 21"),
        ("every 48 hours", "hour 0"),
        ("every 90 minutes", "minute 0"),
        ("every 14 days", "day 1, 15, 29"),
        ("every 1 month at 04:00", "every day"),
    ],
)
def test_words_that_meant_something_else_are_told(text: str, told: str) -> None:
    """Butler's users may have believed them for years."""
    (remark,) = convert_schedule(text).remarks
    assert told in remark


@pytest.mark.parametrize("text", ["every 6 hours", "every 24 hours", "at 04:00 am", "every 1 day"])
def test_words_that_meant_what_they_say_are_not_commented(text: str) -> None:
    """A remark is for what a person should look at."""
    assert convert_schedule(text).remarks == ()
