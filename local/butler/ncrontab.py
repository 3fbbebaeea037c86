"""From the times of later.js to an NCRONTAB schedule, exactly or not at all."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from local.butler.later_text import LaterTimes, parse_later
from local.butler.later_words import NotUnderstoodError, Unit, minute_of_day

_FEWEST_IN_A_RANGE = 3
_WEEK = 7
# The nearest thing that can be said, by what the text speaks of; a person decides.
_SUGGESTIONS = (
    (r"\blast\b", "0 0 0 28 * *"),
    (r"week(?!day|end)", "0 0 0 * * 1"),
    (r"month|year", "0 0 0 1 * *"),
    (r"weekday", "0 0 0 * * 1-5"),
    (r"day|daily|night", "0 0 0 * * *"),
    (r"hour", "0 0 * * * *"),
    (r"min|sec", "0 */5 * * * *"),
)
_EVERY_6_HOURS = "0 0 */6 * * *"


@dataclass(frozen=True, slots=True)
class Converted:
    """A schedule as a setting takes it, and what a person should know about it."""

    ncrontab: str
    remarks: tuple[str, ...]


def convert_schedule(text: str) -> Converted:
    """The NCRONTAB schedule (six fields, UTC) that runs exactly when later.js does.

    Raises:
        NotUnderstoodError: there is none; the message says why.
    """
    times = parse_later(text)
    return Converted(_ncrontab(times), (*times.remarks, *_daily_in_months(times)))


def suggestion(text: str) -> str:
    """A schedule that is near to what the words seem to want."""
    near = (cron for word, cron in _SUGGESTIONS if re.search(word, text.lower()))
    return _at_its_first_time(text) or next(near, _EVERY_6_HOURS)


def _at_its_first_time(text: str) -> str | None:
    time = re.search(r"\d{1,2}:\d{2}(\s?[ap]m)?", text.lower())
    try:
        minutes = minute_of_day(time[0]) if time else None
    except NotUnderstoodError:
        return None
    return None if minutes is None else f"0 {minutes % 60} {minutes // 60} * * *"


def _ncrontab(times: LaterTimes) -> str:
    values = dict(times.values)
    if Unit.WEEK in values:
        return _weekly(values, times)
    if times.times:
        clash = values.keys() & {Unit.SECOND, Unit.MINUTE, Unit.HOUR}
        if clash:
            part = min(clash, key=_order).called
            raise NotUnderstoodError(f"it names a time of the day, and a {part} besides")
        values |= _clock(times.times)
    finest = min(map(_order, values))
    fields = [
        _field(unit, values.get(unit), finest)
        for unit in (Unit.SECOND, Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.MONTH)
    ]
    weekdays = values.get(Unit.WEEKDAY)
    if weekdays and Unit.DAY not in values:
        fields[3] = "*"
    fields.append(
        _listed({day - 1 for day in weekdays}) if weekdays and len(weekdays) < _WEEK else "*"
    )
    return " ".join(fields)


def _weekly(values: Collection[Unit], times: LaterTimes) -> str:
    """Every week alone is Monday at 00:00; the week's number is nothing that cron knows."""
    every_week = len(times.values[Unit.WEEK]) == Unit.WEEK.high
    if not every_week:
        raise NotUnderstoodError("a cron schedule does not count weeks")
    if len(values) > 1 or times.times:
        raise NotUnderstoodError(
            "to later.js 'every 1 week' with anything else means each such time of every week; "
            "say which days you want"
        )
    return "0 0 0 * * 1"


def _clock(times: Collection[int]) -> dict[Unit, frozenset[int]]:
    hours, minutes = {time // 60 for time in times}, {time % 60 for time in times}
    if len(hours) * len(minutes) != len(times):
        raise NotUnderstoodError(
            "its times have different minutes, and one cron schedule can't hold just these"
        )
    return {
        Unit.SECOND: frozenset({0}),
        Unit.MINUTE: frozenset(minutes),
        Unit.HOUR: frozenset(hours),
    }


def _field(unit: Unit, values: Collection[int] | None, finest: int) -> str:
    if values is not None:
        return _steps(values, unit) or _listed(values)
    # Parts finer than any that is named are at their start; coarser ones don't matter.
    return str(unit.low) if _order(unit) < finest else "*"


def _order(unit: Unit) -> int:
    day = list(Unit).index(Unit.DAY)
    return day if unit is Unit.WEEKDAY else list(Unit).index(unit)


def _steps(values: Collection[int], unit: Unit) -> str | None:
    """`*` or `*/n`; days and months are listed instead, which leaves nothing to interpret."""
    ordered = sorted(values)
    if ordered == list(range(unit.low, unit.high + 1)):
        return "*"
    step = ordered[1] - ordered[0] if len(ordered) > 1 else 0
    is_clock = unit in {Unit.SECOND, Unit.MINUTE, Unit.HOUR}
    if is_clock and step > 1 and ordered == list(range(unit.low, unit.high + 1, step)):
        return f"*/{step}"
    return None


def _listed(values: Collection[int]) -> str:
    ordered = sorted(values)
    if len(ordered) >= _FEWEST_IN_A_RANGE and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]}-{ordered[-1]}"
    return ",".join(map(str, ordered))


def _daily_in_months(times: LaterTimes) -> tuple[str, ...]:
    """`every 1 month at 04:00` says months and a time, so it is each day of them."""
    days = times.values.keys() & {Unit.DAY, Unit.WEEKDAY, Unit.WEEK}
    finer = times.times or times.values.keys() & {Unit.SECOND, Unit.MINUTE, Unit.HOUR}
    if Unit.MONTH in times.values and finer and not days:
        return ("it names months and no day, so later.js ran on every day of these months",)
    return ()
