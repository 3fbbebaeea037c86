"""The table of users without a free lease slot: what they hold, until when, and what is refused."""

from collections.abc import Iterator, Sequence

from shared.domain.leases.survey import AtLimit, LeaseSurvey
from shared.domain.report.lease_machines import NO_MACHINE
from shared.domain.report.plan_views import seconds
from shared.domain.report.tables import Cell, Column, Kind, Table
from shared.domain.report.words import minute, visible


def users_at_limit(surveys: Sequence[LeaseSurvey]) -> Table:
    """The users of all servers, those who are blocked first."""
    servers = tuple(visible(one.counts.server) for one in surveys)
    columns = (
        Column("User", Kind.NAME),
        Column("Server", Kind.CHOICE, servers),
        Column("State", Kind.CHOICE, ("blocked", "may be refused", "at the limit")),
        Column("Leases, with computed expiry", Kind.TEXT),
        Column("Slot frees after the period", Kind.TIME),
        Column("Slot frees after the block", Kind.TIME),
    )
    rows = [_row(each, place) for place, one in enumerate(surveys) for each in one.at_limit]
    rows.sort(key=lambda row: (row[2], row[0]))
    return Table("at-limit", "Users at the limit", columns, rows)


def _row(one: AtLimit, server: int) -> tuple[Cell, ...]:
    blocked_or_not = 1 if one.next_refused else 2
    return (
        visible(one.holder.user),
        server,
        0 if one.blocked else blocked_or_not,
        ", ".join(_leases(one)),
        seconds(one.slot_frees.period),
        seconds(one.slot_frees.block),
    )


def _leases(one: AtLimit) -> Iterator[str]:
    for held in one.holder.active:
        until = minute(held.expires_at) or "an unknown time"
        yield f"{visible(held.machine_name) or NO_MACHINE} until {until}"
