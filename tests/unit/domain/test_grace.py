"""Grace: marked, un-marked, released when it stayed a candidate long enough."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.grace import Mark, apply_grace, newly_marked
from shared.domain.model import AccessLicense
from shared.domain.plan import Action, Decision, Reason
from tests.unit.build import NOW, a_license, a_user, days_ago, guid


def release(license_: AccessLicense) -> Decision:
    """A decision to release."""
    return Decision(license_, Action.RELEASE, Reason.UNUSED)


def plan(
    license_: AccessLicense, marks: dict[str, Mark], now: datetime = NOW, days: int = 7
) -> Decision:
    """What grace makes of a candidate."""
    return next(iter(apply_grace([release(license_)], marks, days, now)))


def marks_of(*decisions: Decision) -> dict[str, Mark]:
    """The marks that a plan left."""
    return {d.license.id: mark for d in decisions if (mark := Mark.of(d))}


def test_a_new_candidate_is_marked_and_waits() -> None:
    """It says since when, and when it goes."""
    decision = plan(a_license(), {})
    assert (decision.action, decision.reason) == (Action.DEFER, Reason.IN_GRACE)
    assert decision.candidate_since == NOW
    assert "2026-11-29" in decision.value
    assert newly_marked([decision], NOW) == 1


def test_a_candidate_goes_after_exactly_the_days() -> None:
    """To the second, like every other threshold."""
    marks = marks_of(plan(a_license(), {}))
    due = NOW + timedelta(days=7)
    assert plan(a_license(), marks, due - timedelta(seconds=1)).action is Action.DEFER
    assert plan(a_license(), marks, due).action is Action.RELEASE


def test_no_grace_lets_a_candidate_go_at_once() -> None:
    """Zero days are the default."""
    assert plan(a_license(), {}, days=0).action is Action.RELEASE


def test_use_takes_the_mark_away() -> None:
    """A later use begins the days anew, even if the license is a candidate again."""
    marks = marks_of(plan(a_license(), {}))
    used = a_license(last_used=days_ago(-1))
    decision = plan(used, marks, NOW + timedelta(days=40))
    assert decision.candidate_since == NOW + timedelta(days=40)


def test_another_holder_takes_the_mark_away() -> None:
    """The days belong to the person, not to the license."""
    marks = marks_of(plan(a_license(), {}))
    other = a_license(user=a_user(2))
    assert plan(other, marks, NOW + timedelta(days=8)).action is Action.DEFER


def test_a_license_that_was_kept_in_between_is_marked_anew() -> None:
    """A protected license leaves no mark."""
    kept = Decision(a_license(), Action.KEEP, Reason.NEVER_RELEASE_TAG)
    assert next(iter(apply_grace([kept], {}, 7, NOW))) == kept
    assert marks_of(kept) == {}


def test_a_mark_is_carried_from_plan_to_plan() -> None:
    """Deferred by a cap or by grace, the first date stays."""
    first = plan(a_license(), {})
    second = plan(a_license(), marks_of(first), NOW + timedelta(days=3))
    capped = replace(second, reason=Reason.OVER_MAX_PER_RUN)
    assert plan(a_license(), marks_of(capped), NOW + timedelta(days=7)).candidate_since == NOW


def test_a_mark_without_a_holder_is_nobodys() -> None:
    """A license that lost its user is another story than before."""
    held = Decision(a_license(), Action.DEFER, Reason.IN_GRACE, candidate_since=NOW)
    free = replace(held, license=a_license(has_user=False))
    assert [mark.holder for mark in (Mark.of(held), Mark.of(free)) if mark] == [guid(1001), ""]
