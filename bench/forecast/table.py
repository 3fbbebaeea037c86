"""The measured figures as Markdown tables, and whether the goals hold."""

from collections.abc import Callable, Sequence

from bench.forecast.score import METHODS, Scored, Summary, summary

COVERAGE_GOAL = (70.0, 90.0)

type Part = tuple[str, Callable[[Scored], bool]]

_PARTS: tuple[Part, ...] = (
    ("**the whole set**", lambda _: True),
    ("without the quiet ones", lambda result: not result.quiet),
    ("only those that ran out", lambda result: result.case.truth is not None),
)


def table(results: Sequence[Scored]) -> str:
    """One line per shape, history length and noise, then the whole set and parts of it."""
    header = ["cases", "how many", "ran out", *METHODS, "coverage", "without quiet"]
    lines = [_line(header), _line(["---", *["---:"] * (len(header) - 1)])]
    for name, chosen in (*_groups(results), *_PARTS):
        if group := [result for result in results if chosen(result)]:
            lines.append(_line([name, *_cells(summary(group))]))
    return "\n".join(lines)


def missed_goals(results: Sequence[Scored]) -> list[str]:
    """What the measured figures fail of the goals; empty when all hold."""
    missed = []
    for name, chosen in _PARTS[:2]:
        figures = summary([result for result in results if chosen(result)])
        ours, *references = figures.median_errors
        for method, error in zip(METHODS[1:], references, strict=True):
            if ours >= error:
                missed.append(f"{name}: median error {ours:.1f} days, {method} {error:.1f}")
        low, high = COVERAGE_GOAL
        if not low <= figures.coverage <= high:
            missed.append(f"{name}: the 80 % interval covers {figures.coverage:.0f} %")
    return missed


def _groups(results: Sequence[Scored]) -> list[Part]:
    shapes = dict.fromkeys(result.case.shape for result in results)
    histories = dict.fromkeys(result.case.history for result in results)
    noises = dict.fromkeys(result.case.noise for result in results)
    return [
        *((shape, lambda result, shape=shape: result.case.shape == shape) for shape in shapes),
        *(
            (f"{days} days of history", lambda result, days=days: result.case.history == days)
            for days in histories
        ),
        *(
            (f"noise {size}", lambda result, size=size: result.case.noise == size)
            for size in noises
        ),
    ]


def _cells(figures: Summary) -> list[str]:
    errors = zip(figures.median_errors, figures.mean_errors, strict=True)
    return [
        str(figures.cases),
        str(figures.ran_out),
        *(f"{median:.1f} ({mean:.0f})" for median, mean in errors),
        f"{figures.coverage:.0f} %",
        f"{figures.telling_coverage:.0f} %" if figures.telling else "-",
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
