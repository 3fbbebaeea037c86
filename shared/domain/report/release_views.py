"""Releases in the report: what became of them day by day, each with its restore id."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.model import AccessLicense, LicenseType
from shared.domain.plan import Decision
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.report.facts import ReportFacts
from shared.domain.report.plan_views import seconds
from shared.domain.report.series import Bar, Meaning, bars
from shared.domain.report.tables import Cell, Column, Kind, Table
from shared.domain.report.words import OUTCOMES, minute, plural, visible
from shared.domain.returned_users import ReturnedUsers, returned_users

_TYPES = (LicenseType.PROFESSIONAL, LicenseType.ANALYZER)
_MOST_DAYS = 14
A_MONTH = 30  # of releases tells of a habit; older ones would hide that it has changed


@dataclass(frozen=True, slots=True)
class ReleasesView:
    """What became of the releases of late.

    Attributes:
        released: how many licenses went.
        sentence: the sum of it.
        days: a bar for each of the last days on which something was released, the latest first.
        outcomes: (outcome, count), the most frequent first.
        table: every record, the latest first.
    """

    released: int
    sentence: str
    days: tuple[Bar, ...]
    outcomes: tuple[tuple[str, str], ...]
    table: Table


@dataclass(frozen=True, slots=True)
class ReturnedView:
    """Released users who held a license again; `sentences` one for each license type."""

    sentences: tuple[str, ...]
    table: Table
    as_of: str


def releases_view(facts: ReportFacts, days: int) -> ReleasesView | None:
    """The records of the last `days` days; None when there are none."""
    records = since(facts, days)
    if not records:
        return None
    went = [record for record in records if record.outcome.is_release]
    quarantined = sum(r.outcome is Outcome.RELEASED_TO_QUARANTINE for r in went)
    later = f", {quarantined:,} of them after a quarantine" if quarantined else ""
    counted = Counter(record.outcome for record in records)
    return ReleasesView(
        len(went),
        f"{plural(len(went), 'license')} given back in the last {days} days{later};"
        f" {len(records) - len(went):,} other outcomes.",
        _by_day(records),
        tuple((OUTCOMES[outcome], f"{number:,}") for outcome, number in counted.most_common()),
        _table(records),
    )


def returned_view(facts: ReportFacts) -> ReturnedView | None:
    """Who came back by the licenses that the last plan saw; None when it can't be said."""
    days = facts.thresholds.returned_days
    plan = facts.plan
    if days is None or plan is None:
        return None
    records = since(facts, A_MONTH + days)
    if not any(record.outcome.is_release for record in records):
        return None
    licenses = {kind: _of_type(kind, facts.decisions) for kind in LicenseType}
    found = returned_users(records, licenses, days)
    released = [one for one in found if one.released]
    return ReturnedView(
        tuple(_came_back(one, days) for one in released),
        _returned_table(found),
        minute(plan.created_at),
    )


def since(facts: ReportFacts, days: float) -> list[ReleaseRecord]:
    """The records that were begun within the last days."""
    first = facts.now - timedelta(days=days)
    return [record for record in facts.releases if record.started_at >= first]


def _of_type(kind: LicenseType, decisions: Sequence[Decision]) -> list[AccessLicense]:
    return [d.license for d in decisions if d.license.license_type is kind]


def _came_back(found: ReturnedUsers, days: float) -> str:
    count = len(found.returned)
    of = f"{found.released:,} released {found.license_type} users"
    return f"{count:,} of {of} ({found.percent:.0f} %) held a license again within {days:g} days."


def _by_day(records: Sequence[ReleaseRecord]) -> tuple[Bar, ...]:
    days: dict[str, Counter[str]] = {}
    for record in records:
        days.setdefault(f"{record.started_at:%Y-%m-%d}", Counter())[_kind(record)] += 1
    latest = sorted(days.items(), reverse=True)[:_MOST_DAYS]
    meanings = {"released": Meaning.MAIN, "not released": Meaning.OTHER, "failed": Meaning.DANGER}
    return bars(
        (
            name,
            [(kind, meaning, float(counts[kind])) for kind, meaning in meanings.items()],
            ", ".join(f"{counts[kind]:,} {kind}" for kind in meanings if counts[kind]),
        )
        for name, counts in latest
    )


def _kind(record: ReleaseRecord) -> str:
    if record.outcome.is_release:
        return "released"
    return "failed" if record.outcome is Outcome.FAILED else "not released"


def _table(records: Sequence[ReleaseRecord]) -> Table:
    outcomes = [outcome for outcome in Outcome if any(r.outcome is outcome for r in records)]
    places = {outcome: index for index, outcome in enumerate(outcomes)}
    columns = (
        Column("When", Kind.TIME),
        Column("User", Kind.NAME),
        Column("Type", Kind.CHOICE, tuple(kind.value for kind in _TYPES)),
        Column("Outcome", Kind.CHOICE, tuple(OUTCOMES[outcome] for outcome in outcomes)),
        Column("What was found", Kind.TEXT),
        Column("Free from", Kind.TIME),
        Column("Restore id", Kind.CODE),
    )
    rows = [_row(record, places) for record in reversed(records)]
    return Table("releases", "Releases", columns, rows)


def _row(record: ReleaseRecord, places: dict[Outcome, int]) -> tuple[Cell, ...]:
    went = record.outcome.is_release
    free_from = record.quarantine_end or record.finished_at if went else None
    return (
        seconds(record.finished_at or record.started_at),
        visible(record.account),
        _TYPES.index(record.license_type),
        places[record.outcome],
        visible(record.detail),
        seconds(free_from),
        visible(record.release_id) if record.outcome.may_have_taken else "",
    )


def _returned_table(found: Sequence[ReturnedUsers]) -> Table:
    columns = (
        Column("User", Kind.NAME),
        Column("Type", Kind.CHOICE, tuple(kind.value for kind in _TYPES)),
        Column("Released", Kind.TIME),
        Column("Back", Kind.TIME),
        Column("Days away", Kind.NUMBER),
    )
    rows = [
        (
            visible(each.account),
            _TYPES.index(one.license_type),
            seconds(each.released_at),
            seconds(each.back_at),
            round((each.back_at - each.released_at).total_seconds() / 86_400, 1),
        )
        for one in found
        for each in one.returned
    ]
    return Table("returned", "Users who came back", columns, rows)
