"""Charts over time as geometry: pure functions from values to what a template puts into SVG."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.adapters.report.scales import Tick, time_ticks, value_ticks
from shared.domain.report.series import Series, TimeChart

_TOP, _BOTTOM, _RIGHT = 14.0, 26.0, 14.0
_LABEL_HEIGHT = 13.0
_CHAR = 6.6  # pixels of a character of a label, on average
_MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its SVG path, the meaning that colours it, and whether it is dashed."""

    path: str
    meaning: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place; `anchor` is start or end. Of a mark `line` is where its line is."""

    x: float
    y: float
    text: str
    meaning: str
    anchor: str
    line: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart in pixels of its own viewBox; y grows downwards.

    Attributes:
        width, height: of the viewBox.
        left, right, top, bottom: edges of the plot.
        values, times: ticks, placed.
        band: path of the interval; empty for none.
        lines: in the order in which they are drawn.
        marks: vertical lines with their labels.
        labels: names at the ends of lines.
    """

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    values: tuple[Tick[float], ...]
    times: tuple[Tick[float], ...]
    band: str
    lines: tuple[Line, ...]
    marks: tuple[Label, ...]
    labels: tuple[Label, ...]


def draw(chart: TimeChart, width: int, height: int) -> Drawing:
    """Draw a chart that is not empty."""
    frame = _Frame.of(chart, width, height)
    return Drawing(
        width,
        height,
        frame.left,
        frame.right,
        frame.top,
        frame.bottom,
        tuple(Tick(frame.y(tick.at), tick.label) for tick in frame.values),
        tuple(Tick(frame.x(tick.at), tick.label) for tick in frame.times),
        _band_path(chart, frame),
        tuple(
            Line(_path(one, frame), one.meaning.value, one.name in chart.dashed)
            for one in chart.series
        ),
        tuple(_marks(chart, frame)),
        tuple(_end_labels(chart.series, frame)) if chart.labelled else (),
    )


def table_rows(chart: TimeChart) -> list[tuple[str, tuple[str, ...]]]:
    """The values of a chart for who would rather read: (moment, a value for each series).

    Of many moments some are left out, and never the last one.
    """
    values = [dict(one.points) for one in chart.series]
    moments = sorted({at for of_series in values for at in of_series})
    step = -(-len(moments) // _MOST_ROWS)
    kept = sorted(moments[::-1][::step]) if step else []
    return [(f"{at:%Y-%m-%d %H:%M}", tuple(_shown(v.get(at)) for v in values)) for at in kept]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values and moments are in the drawing; `room` is for labels, in characters."""

    left: float
    right: float
    top: float
    bottom: float
    first: datetime
    last: datetime
    values: Sequence[Tick[float]]
    times: Sequence[Tick[datetime]]
    room: int

    @classmethod
    def of(cls, chart: TimeChart, width: int, height: int) -> "_Frame":
        moments = list(_moments(chart))
        first, last = min(moments), max(moments)
        values = value_ticks(max([chart.top, *_values(chart)]))
        left = 10 + _CHAR * max(len(tick.label) for tick in values)
        names = [len(one.name) for one in chart.series] if chart.labelled else []
        right = width - max(_RIGHT, min(_CHAR * max(names, default=0) + 18, width / 3))
        room = int((width - right - 10) / _CHAR)
        times = time_ticks(first, last, int((right - left) / 78))
        return cls(left, right, _TOP, height - _BOTTOM, first, last, values, times, room)

    def x(self, at: datetime) -> float:
        share = (at - self.first) / (self.last - self.first)
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        share = value / self.values[-1].at
        return round(self.bottom - share * (self.bottom - self.top), 1)


def _moments(chart: TimeChart) -> Iterator[datetime]:
    for one in chart.series:
        yield from (at for at, _ in one.points)
    if chart.band:
        yield from (at for at, *_ in chart.band.points)


def _values(chart: TimeChart) -> Iterator[float]:
    for one in chart.series:
        yield from (value for _, value in one.points if value is not None)
    if chart.band:
        yield from (high for *_, high in chart.band.points)


def _path(series: Series, frame: _Frame) -> str:
    """Lines between values; a missing value breaks them."""
    pieces, command = [], "M"
    for at, value in series.points:
        if value is None:
            command = "M"
            continue
        pieces.append(f"{command}{frame.x(at):g},{frame.y(value):g}")
        command = "L"
    return "".join(pieces)


def _band_path(chart: TimeChart, frame: _Frame) -> str:
    if chart.band is None:
        return ""
    points = chart.band.points
    upper = [f"{frame.x(at):g},{frame.y(high):g}" for at, _, high in points]
    lower = [f"{frame.x(at):g},{frame.y(low):g}" for at, low, _ in reversed(points)]
    return f"M{'L'.join(upper + lower)}Z"


def _marks(chart: TimeChart, frame: _Frame) -> Iterator[Label]:
    for mark in chart.marks:
        x = frame.x(mark.at)
        fits = x + _CHAR * len(mark.label) <= frame.right
        side = 5 if fits else -5
        anchor = "start" if fits else "end"
        yield Label(x + side, frame.top + 8, mark.label, mark.meaning.value, anchor, x)


def _end_labels(series: Iterable[Series], frame: _Frame) -> Iterator[Label]:
    """Names at the ends of lines, pushed apart so that each can be read."""
    named = [(frame.y(one.last), one) for one in series if one.last is not None]
    named.sort(key=lambda pair: pair[0])
    placed = _apart([y for y, _ in named], frame.bottom)
    for (_, one), y in zip(named, placed, strict=True):
        text = one.name if len(one.name) <= frame.room else f"{one.name[: frame.room - 1]}\u2026"
        yield Label(frame.right + 6, y + 4, text, one.meaning.value, "start")


def _apart(heights: Sequence[float], bottom: float) -> list[float]:
    """Heights in order, moved down and then up until labels there don't touch."""
    placed: list[float] = []
    for y in heights:
        placed.append(max(y, placed[-1] + _LABEL_HEIGHT) if placed else y)
    lowest = bottom
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], lowest)
        lowest = placed[place] - _LABEL_HEIGHT
    return placed


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}" if value == int(value) else f"{value:,.1f}"
