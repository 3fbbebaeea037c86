"""Grace: a license goes only after it has stayed a candidate for some days.

A license is marked when a plan first finds it to be a candidate, and un-marked when it is used,
re-assigned, or kept for any reason; then its days begin anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from shared.domain.plan import Action, Decision, Reason


@dataclass(frozen=True, slots=True)
class Mark:
    """Since when a license is a candidate, and what made it one."""

    candidate_since: datetime
    unused_since: datetime | None
    holder: str

    @classmethod
    def of(cls, decision: Decision) -> Self | None:
        """The mark that a plan left on a license; None when it was no candidate."""
        if decision.candidate_since is None:
            return None
        license_ = decision.license
        return cls(decision.candidate_since, license_.unused_since, _holder(decision))


def apply_grace(
    decisions: Iterable[Decision], marks: Mapping[str, Mark], grace_days: int, now: datetime
) -> Iterator[Decision]:
    """Mark the candidates, and defer those that have not been candidates long enough.

    Args:
        decisions: what the policy says.
        marks: the marks of the plan before, by license id.
        grace_days: days of 24 hours; 0 lets a candidate go at once.
        now: the moment of this plan.
    """
    for decision in decisions:
        if decision.action is not Action.RELEASE:
            yield decision
            continue
        since = _since(decision, marks.get(decision.license.id), now)
        marked = replace(decision, candidate_since=since)
        due = since + timedelta(days=grace_days)
        yield marked if now >= due else _deferred(marked, due)


def newly_marked(decisions: Iterable[Decision], now: datetime) -> int:
    """How many licenses became candidates with this plan."""
    return sum(decision.candidate_since == now for decision in decisions)


def _since(decision: Decision, mark: Mark | None, now: datetime) -> datetime:
    if mark is None:
        return now
    same = (mark.unused_since, mark.holder) == (
        decision.license.unused_since,
        _holder(decision),
    )
    return mark.candidate_since if same else now


def _deferred(decision: Decision, due: datetime) -> Decision:
    evidence = f"candidate since {decision.candidate_since:%Y-%m-%d}, goes from {due:%Y-%m-%d}"
    return replace(decision, action=Action.DEFER, reason=Reason.IN_GRACE, value=evidence)


def _holder(decision: Decision) -> str:
    return decision.license.user.id if decision.license.user else ""
