"""How cost grows, as an SVG: seconds over users, both by powers of ten."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bench.performance.figures import Measured

_PANEL, _HEIGHT, _TOP, _BOTTOM, _LEFT, _GAP = 300, 300, 44, 60, 54, 40
_COLOURS = {
    "usual way": "#b3541e",
    "app": "#1f6f8b",
    "by selections": "#3a7d44",
    "floor": "#777777",
}

type Value = Callable[[Measured], float]


@dataclass(frozen=True, slots=True)
class _Panel:
    """One chart: its lines by name."""

    title: str
    lines: dict[str, Value]


_PLAN: dict[str, Value] = {
    "usual way": lambda each: each.usual_plan.seconds,
    "app": lambda each: each.plan.seconds,
    "floor": lambda each: each.floor_plan.seconds,
}
_RELEASE: dict[str, Value] = {
    "usual way": lambda each: each.usual_seconds,
    "app": lambda each: each.release.seconds,
    "by selections": lambda each: each.selection.seconds,
    "floor": lambda each: each.floor_release.seconds,
}


def growth_plot(results: Sequence[Measured], delay_ms: int) -> str:
    """Planning and releasing side by side, at one delay."""
    chosen = sorted((r for r in results if r.delay_ms == delay_ms), key=lambda r: r.licensed)
    panels = [
        _Panel(f"Planning, {delay_ms} ms a request", _PLAN),
        _Panel(f"Releasing up to {max(r.released for r in chosen):,}", _RELEASE),
    ]
    width = len(panels) * (_LEFT + _PANEL + _GAP)
    height = _TOP + _HEIGHT + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<style>text { font: 12px sans-serif }</style>",
        "<title>Seconds over users with a license, both scales by powers of ten</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        left = _LEFT + number * (_LEFT + _PANEL + _GAP)
        parts += [f'<g transform="translate({left} {_TOP})">', *_chart(panel, chosen), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _chart(panel: _Panel, results: Sequence[Measured]) -> Iterator[str]:
    values = [value(each) for value in panel.lines.values() for each in results]
    x = _Scale(min(r.licensed for r in results), max(r.licensed for r in results), 0, _PANEL)
    y = _Scale(min(values), max(values), _HEIGHT, 0)
    yield f'<text x="0" y="-24" font-weight="bold">{escape(panel.title)}</text>'
    for tick in y.ticks():
        yield f'<path d="M0 {y.at(tick):.1f}H{_PANEL}" stroke="#dddddd"/>'
        yield f'<text x="-6" y="{y.at(tick) + 4:.1f}" text-anchor="end">{tick:,g} s</text>'
    for tick in x.ticks():
        yield f'<path d="M{x.at(tick):.1f} 0V{_HEIGHT}" stroke="#dddddd"/>'
        place = f'x="{x.at(tick):.1f}" y="{_HEIGHT + 18}"'
        yield f'<text {place} text-anchor="middle">{tick:,g}</text>'
    place = f'x="{_PANEL / 2}" y="{_HEIGHT + 40}"'
    yield f'<text {place} text-anchor="middle">users with a license</text>'
    legend = 0
    for name, value in panel.lines.items():
        points = [(x.at(each.licensed), y.at(value(each))) for each in results]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        colour = _COLOURS[name]
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points)
        yield f'<text x="{legend}" y="-8" fill="{colour}">{escape(name)}</text>'
        legend += 7 * len(name) + 14


@dataclass(frozen=True, slots=True)
class _Scale:
    """Powers of ten between two values, onto pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        first, last = self._powers()
        share = (math.log10(value) - first) / (last - first)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of ten."""
        first, last = self._powers()
        return [10.0**power for power in range(first, last + 1)]

    def _powers(self) -> tuple[int, int]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        return first, max(last, first + 1)
