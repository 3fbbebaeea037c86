"""A farm simulation in the report: placements side by side, and the load of each over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.farm.load import HourLoad
from shared.domain.farm.replay_result import ReplayResult
from shared.domain.leases.model import SlotReading
from shared.domain.report.series import Bar, Meaning, Series, TimeChart, bars
from shared.domain.report.words import visible

_WEEK = timedelta(days=7)
_READINGS = {SlotReading.PERIOD: "after the period", SlotReading.BLOCK: "after the block hours"}


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """One placement in numbers: refused starts and users by reading, and the load's ratios."""

    name: str
    starts: str
    refused: tuple[str, ...]
    hours_ratio: str
    busy_ratio: str
    p95: str
    peak: str


@dataclass(frozen=True, slots=True)
class FarmView:
    """A simulation of working days under several placements.

    Attributes:
        readings: in words, in the order of `PlacementRow.refused`.
        refused: for each reading, refused starts of each placement.
        ratios: max over mean of the servers while the farm is busy; 1 is even.
        rows: all numbers.
        charts: the busiest week of each placement, all on the same scale.
    """

    readings: tuple[str, ...]
    refused: tuple[tuple[Bar, ...], ...]
    ratios: tuple[Bar, ...]
    rows: tuple[PlacementRow, ...]
    charts: tuple[TimeChart, ...]


def farm_view(results: Sequence[ReplayResult]) -> FarmView | None:
    """The placements in the order given; None without any."""
    if not results:
        return None
    readings = [reading for reading in SlotReading if reading in results[0].refusals]
    weeks = [_busiest_week(one.load.hourly) for one in results]
    top = max((n for week in weeks for row in week for n in row.sessions.values()), default=0.0)
    return FarmView(
        tuple(_READINGS[reading] for reading in readings),
        tuple(bars(_refused(results, reading)) for reading in readings),
        bars(_ratios(results)),
        tuple(_row(one, readings) for one in results),
        tuple(
            _chart(number, one, week, top)
            for number, (one, week) in enumerate(zip(results, weeks, strict=True))
        ),
    )


def _refused(
    results: Sequence[ReplayResult], reading: SlotReading
) -> Iterator[tuple[str, list[tuple[str, Meaning, float]], str]]:
    for one in results:
        refused = len(one.refusals[reading].refused)
        parts = [("refused starts", Meaning.DANGER, float(refused))]
        yield visible(one.placement), parts, f"{refused:,} of {one.starts:,}"


def _ratios(
    results: Sequence[ReplayResult],
) -> Iterator[tuple[str, list[tuple[str, Meaning, float]], str]]:
    for one in results:
        ratio = one.load.busy.ratio
        parts = [
            ("the mean", Meaning.OTHER, 1.0),
            ("above the mean", Meaning.WARNING, max(0.0, ratio - 1)),
        ]
        yield visible(one.placement), parts, f"{ratio:.2f}"


def _row(one: ReplayResult, readings: Sequence[SlotReading]) -> PlacementRow:
    found = [one.refusals[reading] for reading in readings]
    return PlacementRow(
        visible(one.placement),
        f"{one.starts:,}",
        tuple(f"{len(each.refused):,} ({len(each.by_user):,} users)" for each in found),
        f"{one.load.hours_ratio:.3f}",
        f"{one.load.busy.ratio:.3f}",
        f"{one.load.busy.p95:.3f}",
        f"{one.load.peak_sessions:,}",
    )


def _busiest_week(hourly: Sequence[HourLoad]) -> Sequence[HourLoad]:
    """Seven days, from the start or a midnight on, in which most was worked."""
    starts = [row.at for place, row in enumerate(hourly) if place == 0 or row.at.hour == 0]
    weeks = ([row for row in hourly if at <= row.at < at + _WEEK] for at in starts)
    return max(weeks, key=lambda week: sum(sum(row.sessions.values()) for row in week), default=[])


def _chart(number: int, one: ReplayResult, week: Sequence[HourLoad], top: float) -> TimeChart:
    hours = one.load.hours
    fullest = max(hours, key=lambda name: hours[name])
    ordered = sorted(hours, key=lambda name: (name == fullest, hours[name]))
    series = tuple(
        Series(
            visible(name),
            Meaning.MAIN if name == fullest else Meaning.OTHER,
            tuple((row.at, row.sessions.get(name, 0.0)) for row in week),
        )
        for name in ordered
    )
    return TimeChart(
        f"farm-{number}",
        visible(one.placement),
        f"Sessions on {len(series)} servers, hour by hour in the busiest week;"
        f" {visible(fullest)} is the fullest, with {one.load.peak_sessions:,} at once at most.",
        "sessions",
        series,
        top=top,
    )
