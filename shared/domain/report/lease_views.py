"""QlikView leases in the report: machines over time, users at the limit, and until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.leases.history import LeaseCounts, ServerCounts
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.report.facts import LeaseFacts
from shared.domain.report.lease_machines import lease_machines, machine_bars, machines_chart
from shared.domain.report.series import Bar, Meaning, Series, TimeChart
from shared.domain.report.tables import Table
from shared.domain.report.users_at_limit import users_at_limit
from shared.domain.report.words import minute, visible


@dataclass(frozen=True, slots=True)
class CalRow:
    """The named CALs of one QlikView Server; numbers as people read them, `?` for not told.

    `stale` is since when the server could not be read; empty when the last look read it.
    """

    server: str
    stale: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeasesView:
    """QlikView leases.

    Attributes:
        read_at: when the last look was taken.
        sums: (number, what of), over all servers.
        machines: leases on each machine over time.
        limits: users at the limit and blocked over time.
        by_machine: leases on each machine now, those of the farm first; of the others the busiest.
        more_machines: how many more there are, in words; empty for none.
        inferred: the farm was guessed from shared machines.
        cals: CALs of each server, under `CAL_HEADINGS`.
        at_limit: users without a free slot, those who are blocked first.
        evidence: what the site's history says about when a slot frees.
    """

    read_at: str
    sums: tuple[tuple[str, str], ...]
    machines: TimeChart
    limits: TimeChart
    by_machine: tuple[Bar, ...]
    more_machines: str
    inferred: bool
    cals: tuple[CalRow, ...]
    at_limit: Table
    evidence: str


_SAME_LOOK = timedelta(minutes=30)  # reading all servers takes minutes at most
CAL_HEADINGS = ("in license", "limit", "assigned", "quarantined", "unused for 30 days")
_SUMS = {
    "leases": "active leases",
    "leased": "users with a lease",
    "users_at_limit": "users at the limit",
    "users_blocked": "of them blocked",
    "users_next_refused": "may be refused next",
}


def leases_view(facts: LeaseFacts | None) -> LeasesView | None:
    """The leases as they stand now; None when nothing was collected."""
    if facts is None:
        return None
    counts = [one.counts for one in facts.surveys]
    machines = lease_machines(facts.surveys)
    by_machine, more = machine_bars(machines)
    return LeasesView(
        read_at=minute(facts.look.taken_at),
        sums=tuple((_known(_sum(counts, name)), words) for name, words in _SUMS.items()),
        machines=machines_chart(facts.history, {row.name for row in machines if row.farm}),
        limits=_limits_chart(facts.history),
        by_machine=by_machine,
        more_machines=more,
        inferred=any(one.server.names.inferred for one in facts.surveys),
        cals=tuple(_cal_row(one, facts) for one in facts.surveys),
        at_limit=users_at_limit(facts.surveys),
        evidence=facts.evidence.sentence,
    )


def _limits_chart(history: Sequence[LeaseCounts]) -> TimeChart:
    named = {
        "users at the limit": ("users_at_limit", Meaning.MAIN),
        "may be refused next": ("users_next_refused", Meaning.WARNING),
        "blocked": ("users_blocked", Meaning.DANGER),
    }
    series = tuple(
        Series(
            name,
            meaning,
            tuple((one.taken_at, _sum(one.servers.values(), count)) for one in history),
        )
        for name, (count, meaning) in named.items()
    )
    now = ", ".join(f"{_known(one.last)} {one.name}" for one in series)
    return TimeChart(
        "lease-limits",
        "Users whose next start is at risk",
        f"Now {now}.",
        "users",
        series,
        current=True,
    )


def _cal_row(one: LeaseSurvey, facts: LeaseFacts) -> CalRow:
    counts, server = one.counts, one.server.config.server
    told = (
        counts.in_license,
        counts.limit,
        counts.assigned,
        counts.quarantined,
        counts.unused_30_days,
    )
    read_at = facts.look.read_at.get(server.id, facts.look.taken_at)
    stale = minute(read_at) if facts.look.taken_at - read_at > _SAME_LOOK else ""
    return CalRow(visible(counts.server), stale, tuple(map(_known, told)))


def _sum(counts: Iterable[ServerCounts], name: str) -> float | None:
    told = [n for one in counts if (n := getattr(one, name)) is not None]
    return sum(told) if told else None


def _known(number: float | None) -> str:
    return "?" if number is None else f"{number:,.0f}"
