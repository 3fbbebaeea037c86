"""Machines with QlikView leases in the report: over time, and how many leases each has now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.domain.leases.history import LeaseCounts
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.report.series import Bar, Meaning, Series, TimeChart, bars
from shared.domain.report.words import plural, visible

NO_MACHINE = "(machine not told)"
_MOST_LINES = 10
_MOST_FARM, _MOST_OTHERS = 40, 10  # bars
_SHARED = 2  # leases; of other machines those with one are somebody's own computer


@dataclass(frozen=True, slots=True)
class LeaseMachine:
    """A machine, its active leases over all servers, and whether it is one of the farm."""

    name: str
    leases: int
    farm: bool


def lease_machines(surveys: Sequence[LeaseSurvey]) -> list[LeaseMachine]:
    """Machines over all servers, those with most leases first."""
    found: dict[str, LeaseMachine] = {}
    for one in surveys:
        for name, load in one.machines.items():
            known = found.get(name, LeaseMachine(name, 0, farm=False))
            found[name] = LeaseMachine(name, known.leases + load.leases, known.farm or load.farm)
    return sorted(found.values(), key=lambda row: (-row.leases, row.name))


def machine_bars(machines: Sequence[LeaseMachine]) -> tuple[tuple[Bar, ...], str]:
    """The farm, and of the others the busiest; and how many more there are, in words."""
    farm = [row for row in machines if row.farm]
    others = [row for row in machines if not row.farm and row.leases >= _SHARED]
    shown = farm[:_MOST_FARM] + others[:_MOST_OTHERS]
    more = len(machines) - len(shown)
    return bars(map(_machine_bar, shown)), plural(more, "more machine") if more else ""


def machines_chart(history: Sequence[LeaseCounts], farm: Collection[str]) -> TimeChart:
    """The machines of the farm; without a farm the busiest ones."""
    latest = dict(history[-1].machines) if history else {}
    latest = {name: n for name, n in latest.items() if name in farm} or latest
    shown = sorted(latest, key=lambda name: (-latest[name], name))[:_MOST_LINES]
    series = [
        Series(
            visible(name) or NO_MACHINE,
            Meaning.MAIN if place == 0 else Meaning.OTHER,
            tuple((one.taken_at, one.machines.get(name)) for one in history),
        )
        for place, name in enumerate(shown)
    ]
    fullest = f"{visible(shown[0])} has most, {latest[shown[0]]:,} now." if shown else "No leases."
    return TimeChart(
        "lease-machines",
        "Active leases on each machine",
        f"{len(shown)} machines; {fullest}",
        "leases",
        tuple(reversed(series)),
        labelled=True,
        current=True,
    )


def _machine_bar(row: LeaseMachine) -> tuple[str, list[tuple[str, Meaning, float]], str]:
    meaning = Meaning.MAIN if row.farm else Meaning.OTHER
    parts = [("leases", meaning, float(row.leases))]
    return visible(row.name) or NO_MACHINE, parts, f"{row.leases:,}"
