"""The figures as Markdown."""

from collections.abc import Callable, Sequence

from bench.performance.cold_start import ColdStart
from bench.performance.figures import Cost, Measured
from bench.performance.goals import Goal

ESTIMATED = "~"


def plan_table(results: Sequence[Measured]) -> str:
    """What it costs to find out which licenses go."""
    head = [
        "users with a license",
        "a request takes",
        "app",
        "first in a worker",
        "usual way",
        "floor",
        "usual way / app",
        "requests: app",
        "usual way",
        "CPU: app",
        "usual way",
        "peak memory: app",
    ]
    return _table(head, [[*_case(each), *_plan_cells(each)] for each in results])


def _plan_cells(each: Measured) -> list[str]:
    peak = max(each.first_plan.peak_mb, each.plan.peak_mb)
    return [
        _seconds(each.plan),
        _seconds(each.first_plan),
        _seconds(each.usual_plan),
        _seconds(each.floor_plan),
        _times(each.usual_plan.seconds / each.plan.seconds, each.usual_plan),
        f"{each.plan.requests:,}",
        _requests(each.usual_plan),
        _cpu(each.plan),
        _cpu(each.usual_plan),
        f"{peak:,.0f} MB",
    ]


def release_table(results: Sequence[Measured]) -> str:
    """What it costs to release them, the licenses' second look and its records included."""
    head = [
        "users with a license",
        "a request takes",
        "released",
        "app",
        "app, by selections",
        "usual way, as a whole",
        "its DELETEs alone",
        "floor",
        "usual way / app",
        "usual way / by selections",
        "app / floor",
        "requests: app",
        "by selections",
        "usual way",
        "floor",
        "CPU: app",
        "peak memory: app",
    ]
    return _table(head, [[*_case(each), *_release_cells(each)] for each in results])


def _release_cells(each: Measured) -> list[str]:
    usual = each.usual_seconds
    whole = each.usual_plan.estimated or each.usual_release.estimated
    mark = ESTIMATED if whole else ""
    return [
        f"{each.released:,}",
        _seconds(each.release),
        _seconds(each.selection),
        f"{mark}{_span(usual)}",
        _seconds(each.usual_release),
        _seconds(each.floor_release),
        f"{mark}{usual / each.release.seconds:,.1f}",
        f"{mark}{usual / each.selection.seconds:,.1f}",
        f"{each.release.seconds / each.floor_release.seconds:.2f}",
        _requests(each.release),
        _requests(each.selection),
        f"{mark}{each.usual_plan.requests + each.usual_release.requests:,}",
        _requests(each.floor_release),
        _cpu(each.release),
        f"{each.release.peak_mb:,.0f} MB",
    ]


def route_table(measured: Measured) -> str:
    """The requests of one case by route."""
    columns: dict[str, Callable[[Measured], Cost]] = {
        "app: plan": lambda each: each.plan,
        "app: release": lambda each: each.release,
        "app: release by selections": lambda each: each.selection,
        "usual way: find out": lambda each: each.usual_plan,
        "usual way: delete": lambda each: each.usual_release,
    }
    costs = [column(measured).routes for column in columns.values()]
    routes = sorted(
        {route for cost in costs for route in cost}, key=lambda each: each.split()[::-1]
    )
    rows = [[f"`{route}`", *(f"{cost.get(route, 0):,}" for cost in costs)] for route in routes]
    return _table(["route", *columns], rows)


def cold_start_table(cold: ColdStart) -> str:
    """Fresh workers."""
    rows = [
        [name, str(len(runs)), f"{median:.2f} s", f"{min(runs):.2f} to {max(runs):.2f} s"]
        for name, runs, median in (
            ("this app", cold.ours, cold.median),
            ("an app with the same triggers and no code", cold.empty, cold.empty_median),
        )
    ]
    return _table(["a fresh worker until it knows its functions", "runs", "median", "range"], rows)


def goal_table(goals: Sequence[Goal]) -> str:
    """Goal, actual figure, and whether it holds."""
    rows = [[g.about, g.wanted, g.actual, "yes" if g.holds else "**no**"] for g in goals]
    return _table(["goal", "wanted", "measured", "holds"], rows)


def _case(each: Measured) -> list[str]:
    return [f"{each.licensed:,}", f"{each.delay_ms} ms"]


def _seconds(cost: Cost) -> str:
    return f"{ESTIMATED if cost.estimated else ''}{_span(cost.seconds)}"


def _span(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    if seconds >= 120:
        return f"{seconds / 60:.1f} min"
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"


def _times(ratio: float, against: Cost) -> str:
    return f"{ESTIMATED if against.estimated else ''}{ratio:,.0f}"


def _requests(cost: Cost) -> str:
    return f"{ESTIMATED if cost.estimated else ''}{cost.requests:,}"


def _cpu(cost: Cost) -> str:
    return f"{ESTIMATED if cost.estimated else ''}{cost.cpu_seconds:.2f} s"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
