"""Combined phrases against a second, plain reading of them that knows nothing of cron."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from local.butler.later_words import NotUnderstoodError
from local.butler.ncrontab import convert_schedule
from local.host.schedule import parse_schedule

START = datetime(2026, 2, 10, 13, 7, 31, tzinfo=UTC)
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "june", "july", "aug", "sept", "oct", "nov", "dec")
RUNS = 20

type Test = Callable[[datetime], bool]


@dataclass(frozen=True)
class Phrase:
    """A part of a text, and when it allows a run; `part` is month, day, weekday, hour or minute."""

    text: str
    part: str
    allows: Test


def month_phrases() -> st.SearchStrategy[Phrase]:
    """`of mar-june`, `every 5 months`."""

    def between(first: int, length: int) -> Phrase:
        last = min(first + length, 12)
        text = f"of {MONTHS[first - 1]}-{MONTHS[last - 1]}"
        return Phrase(text, "month", lambda at: first <= at.month <= last)

    def every(step: int) -> Phrase:
        return Phrase(f"every {step} months", "month", lambda at: (at.month - 1) % step == 0)

    ranges = st.builds(between, st.integers(1, 12), st.integers(0, 4))
    return ranges | st.builds(every, st.integers(1, 14))


def day_phrases() -> st.SearchStrategy[Phrase]:
    """`on the 3rd day of the month`, `every 9 days starting on the 4th day`."""

    def on(day: int) -> Phrase:
        return Phrase(f"on the {day}th day of the month", "day", lambda at: at.day == day)

    def every(step: int, start: int) -> Phrase:
        text = f"every {step} days starting on the {start}th day"
        return Phrase(text, "day", lambda at: at.day >= start and (at.day - start) % step == 0)

    steps = st.builds(every, st.integers(1, 20), st.integers(1, 20))
    return st.builds(on, st.integers(1, 28)) | steps


def weekday_phrases() -> st.SearchStrategy[Phrase]:
    """`on mon,thu`, `every weekday`."""

    def on(days: set[int]) -> Phrase:
        text = "on " + " and ".join(DAYS[day] for day in sorted(days))
        return Phrase(text, "weekday", lambda at: at.isoweekday() % 7 in days)

    working = Phrase("every weekday", "weekday", lambda at: at.weekday() < 5)
    return st.builds(on, st.sets(st.integers(0, 6), min_size=1)) | st.just(working)


def hour_phrases() -> st.SearchStrategy[Phrase]:
    """`every 5 hours`, `every 3 hours between 6 and 20`."""

    def every(step: int) -> Phrase:
        return Phrase(f"every {step} hours", "hour", lambda at: at.hour % step == 0)

    def between(step: int, first: int) -> Phrase:
        text = f"every {step} hours between {first} and 20"
        return Phrase(
            text, "hour", lambda at: first <= at.hour <= 20 and (at.hour - first) % step == 0
        )

    parts = st.builds(between, st.integers(1, 9), st.integers(0, 20))
    return st.builds(every, st.integers(1, 30)) | parts


def minute_phrases() -> st.SearchStrategy[Phrase]:
    """`every 25 mins`, `on the 15,45 minute`."""

    def every(step: int) -> Phrase:
        return Phrase(f"every {step} mins", "minute", lambda at: at.minute % step == 0)

    def on(minutes: set[int]) -> Phrase:
        text = f"on the {','.join(map(str, sorted(minutes)))} minute"
        return Phrase(text, "minute", lambda at: at.minute in minutes)

    some = st.sets(st.integers(0, 59), min_size=1, max_size=3)
    return st.builds(every, st.integers(1, 70)) | st.builds(on, some)


def time_phrases() -> st.SearchStrategy[Phrase]:
    """`at 4:05 pm`."""

    def at(hour: int, minute: int) -> Phrase:
        text = f"at {hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}"
        return Phrase(text, "time", lambda at: (at.hour, at.minute) == (hour, minute))

    return st.builds(at, st.integers(0, 23), st.integers(0, 59))


@st.composite
def schedules(draw: st.DrawFn) -> list[Phrase]:
    """One phrase or more, at most one for each part, in any order."""
    clock = draw(st.sampled_from([(), (hour_phrases,), (minute_phrases,), (time_phrases,)]))
    both = draw(st.booleans()) and clock == (hour_phrases,)
    calendar = draw(st.sets(st.sampled_from((month_phrases, day_phrases, weekday_phrases))))
    makers = [*clock, *((minute_phrases,) if both else ()), *calendar]
    phrases = [draw(make()) for make in makers] or [draw(hour_phrases())]
    return draw(st.permutations(phrases))


def plain_runs(phrases: list[Phrase]) -> Iterator[datetime]:
    """Runs by walking through the calendar: at the start of all that is finer than what is said."""
    parts = {phrase.part for phrase in phrases}
    calendar = [each for each in phrases if each.part in {"month", "day", "weekday"}]
    clock = [each for each in phrases if each not in calendar]
    day = START.replace(hour=0, minute=0, second=0)
    while True:
        if all(each.allows(day) for each in calendar) and (parts != {"month"} or day.day == 1):
            yield from (at for at in ticks(day, parts) if all(each.allows(at) for each in clock))
        day += timedelta(days=1)


def ticks(day: datetime, parts: set[str]) -> Iterator[datetime]:
    """The moments of a day that can be told apart by what is said."""
    if parts & {"minute", "time"}:
        step = timedelta(minutes=1)
    else:
        step = timedelta(hours=1) if "hour" in parts else timedelta(days=1)
    at = day
    while at.date() == day.date():
        if at > START:
            yield at
        at += step


@settings(max_examples=150, deadline=None)
@given(schedules())
def test_any_combination_runs_when_its_words_say(phrases: list[Phrase]) -> None:
    """The next 20 runs by both readings are the same."""
    text = " ".join(phrase.text for phrase in phrases)
    schedule = parse_schedule(convert_schedule(text).ncrontab, "test")
    at, plain = START, plain_runs(phrases)
    for _ in range(RUNS):
        at = schedule.next_after(at)
        assert at == next(plain), text


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ("every", "on", "the", "of", "at", "6", "hours", "mon", "and", ",", "-", "5:00", "day")
        )
    ).map(" ".join)
)
def test_any_text_is_converted_or_refused_in_words(text: str) -> None:
    """Never by another error."""
    with suppress(NotUnderstoodError):
        assert len(convert_schedule(text).ncrontab.split()) == 6
