"""What a chart shows: series over time, without a word about how they are drawn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Meaning(StrEnum):
    """What a series stands for; colours follow from it, the same all over the report."""

    MAIN = "main"
    OTHER = "other"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time, oldest first; None where there is no value, which breaks the line."""

    name: str
    meaning: Meaning
    points: tuple[tuple[datetime, float | None], ...]

    @property
    def last(self) -> float | None:
        """The latest value that is known."""
        return next((y for _, y in reversed(self.points) if y is not None), None)


@dataclass(frozen=True, slots=True)
class Band:
    """An interval over time: (moment, low, high), oldest first."""

    name: str
    points: tuple[tuple[datetime, float, float], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that matters, with a word for it."""

    at: datetime
    label: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class TimeChart:
    """A chart over time.

    Attributes:
        id: unique in the page.
        title: what it shows.
        summary: what can be seen in it, in a sentence, for who can't see it.
        unit: of the values.
        series: in the order in which they are drawn, the last one on top.
        band: an interval behind them.
        dashed: names of series that are expected rather than measured.
        marks: moments.
        labelled: each series has its name at its end.
        current: the last values are those of now, and worth telling in words.
        top: the scale goes up to here at least; the same top makes charts comparable.
    """

    id: str
    title: str
    summary: str
    unit: str
    series: tuple[Series, ...]
    band: Band | None = None
    dashed: frozenset[str] = frozenset()
    marks: tuple[Mark, ...] = ()
    labelled: bool = False
    current: bool = False
    top: float = 0.0

    @property
    def empty(self) -> bool:
        """True when fewer than two moments have a value: nothing to draw."""
        moments = {at for one in self.series for at, value in one.points if value is not None}
        return len(moments) < 2


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar; `share` of the longest bar, 0 to 1."""

    name: str
    meaning: Meaning
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of one or more parts; `shown` is the number as people read it."""

    label: str
    parts: tuple[Part, ...]
    shown: str
    note: str = ""


def bars(
    rows: Iterable[tuple[str, Sequence[tuple[str, Meaning, float]], str]],
) -> tuple[Bar, ...]:
    """Bars on one scale, from (label, parts, what is shown) each."""
    given = list(rows)
    longest = max((sum(value for *_, value in parts) for _, parts, _ in given), default=0) or 1
    return tuple(
        Bar(
            label,
            tuple(Part(name, meaning, value, value / longest) for name, meaning, value in parts),
            shown,
        )
        for label, parts, shown in given
    )


def last_of_each_day[T](rows: Iterable[tuple[datetime, T]]) -> Iterator[tuple[datetime, T]]:
    """Of rows in order of time the last one of each UTC day."""
    by_day = {at.astimezone(UTC).date(): (at, row) for at, row in rows}
    yield from by_day.values()
