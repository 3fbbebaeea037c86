"""The last plan in the report: who goes, who stays and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.model import LicenseType
from shared.domain.plan import Action, Decision, Plan, Reason
from shared.domain.report.facts import ReportFacts
from shared.domain.report.series import Bar, Meaning, bars
from shared.domain.report.tables import Cell, Column, Kind, Table
from shared.domain.report.words import ACTIONS, PLAN_STATUSES, REASONS, minute, visible

_TYPES = (LicenseType.PROFESSIONAL, LicenseType.ANALYZER)
_ACTIONS = (Action.RELEASE, Action.DEFER, Action.KEEP)
_MEANINGS = {
    Action.RELEASE: Meaning.MAIN,
    Action.DEFER: Meaning.WARNING,
    Action.KEEP: Meaning.OTHER,
}


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many licenses a rule decided, by type as in `PlanView.types`; `bar` is all of them."""

    action: str
    reason: str
    counts: tuple[int, ...]
    bar: Bar


@dataclass(frozen=True, slots=True)
class PlanView:
    """The last plan.

    Attributes:
        plan_id, created, expires: of the plan.
        status: in words.
        expired: the plan is void by now.
        types: license types, in the order of counts.
        actions: a bar for each type: how many go, wait and stay.
        reasons: the rules that decided, those that release first.
        table: every license.
    """

    plan_id: str
    created: str
    expires: str
    status: str
    expired: bool
    types: tuple[str, ...]
    actions: tuple[Bar, ...]
    reasons: tuple[ReasonCount, ...]
    table: Table


def plan_view(facts: ReportFacts) -> PlanView | None:
    """The newest plan; None when there was none yet."""
    plan = facts.plan
    if plan is None:
        return None
    return PlanView(
        plan_id=visible(plan.plan_id),
        created=minute(plan.created_at),
        expires=minute(plan.expires_at),
        status=PLAN_STATUSES[plan.status],
        expired=plan.expires_at <= facts.now,
        types=tuple(kind.value for kind in _TYPES),
        actions=bars(_by_type(plan)),
        reasons=tuple(_reasons(plan)),
        table=_table(facts.decisions),
    )


def _by_type(plan: Plan) -> Iterator[tuple[str, list[tuple[str, Meaning, float]], str]]:
    for kind in _TYPES:
        counts: Counter[Action] = Counter()
        for reason, number in plan.counts.get(kind, {}).items():
            counts[reason.action] += number
        parts = [(ACTIONS[each], _MEANINGS[each], float(counts[each])) for each in _ACTIONS]
        told = (f"{counts[each]:,} {_verb(each, counts[each])}" for each in _ACTIONS)
        yield kind.value, parts, ", ".join(told)


def _verb(action: Action, number: int) -> str:
    several = {Action.RELEASE: "go", Action.DEFER: "wait", Action.KEEP: "stay"}
    return ACTIONS[action] if number == 1 else several[action]


def _reasons(plan: Plan) -> Iterator[ReasonCount]:
    counted = {
        reason: tuple(plan.counts.get(kind, {}).get(reason, 0) for kind in _TYPES)
        for reason in Reason
    }
    found = [reason for reason, counts in counted.items() if any(counts)]
    found.sort(key=lambda reason: (_ACTIONS.index(reason.action), -sum(counted[reason])))
    rows = [
        (
            REASONS[reason],
            [(REASONS[reason], _MEANINGS[reason.action], float(sum(counted[reason])))],
            f"{sum(counted[reason]):,}",
        )
        for reason in found
    ]
    for reason, bar in zip(found, bars(rows), strict=True):
        yield ReasonCount(ACTIONS[reason.action], REASONS[reason], counted[reason], bar)


def _table(decisions: Sequence[Decision]) -> Table:
    reasons = [reason for reason in Reason if any(d.reason is reason for d in decisions)]
    columns = (
        Column("User", Kind.NAME),
        Column("Type", Kind.CHOICE, tuple(kind.value for kind in _TYPES)),
        Column("Decision", Kind.CHOICE, tuple(ACTIONS[action] for action in _ACTIONS)),
        Column("Reason", Kind.CHOICE, tuple(REASONS[reason] for reason in reasons)),
        Column("Evidence", Kind.TEXT),
        Column("Last used", Kind.TIME, absent="never"),
    )
    places = {reason: index for index, reason in enumerate(reasons)}
    ordered = sorted(decisions, key=lambda d: _ACTIONS.index(d.action))
    return Table("plan", "Licenses", columns, [_row(each, places) for each in ordered])


def _row(decision: Decision, places: dict[Reason, int]) -> tuple[Cell, ...]:
    license_ = decision.license
    return (
        visible(license_.account) or "(no user)",
        _TYPES.index(license_.license_type),
        _ACTIONS.index(decision.action),
        places[decision.reason],
        visible(decision.value),
        seconds(license_.last_used),
    )


def seconds(moment: datetime | None) -> int | None:
    """A moment as a cell of a time column."""
    return None if moment is None else int(moment.timestamp())
