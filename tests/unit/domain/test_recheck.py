"""The second look: each difference is an outcome of its own, with what was expected and found."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.domain.messages import candidate
from shared.domain.model import User
from shared.domain.never_release import NeverRelease
from shared.domain.recheck import Kept, reason_to_keep
from shared.domain.release import Outcome
from tests.unit.build import LONG_AGO, NOW, a_license, a_policy, a_user, days_ago

MILLISECOND = timedelta(milliseconds=1)


def kept(
    *, last_used: datetime | None = LONG_AGO, modified: datetime | None = LONG_AGO, days: int = 30
) -> Outcome | None:
    """What a license that was found like this comes to."""
    found = a_license(last_used=last_used, modified=modified)
    why = reason_to_keep(candidate(a_license()), found, a_user(), a_policy(days=days), NOW)
    return why.outcome if why else None


def test_a_license_that_is_as_it_was_goes() -> None:
    """Nothing speaks against it."""
    assert kept() is None


@pytest.mark.parametrize(
    ("moved", "outcome"),
    [
        (MILLISECOND, Outcome.KEPT_USED_SINCE),
        (MILLISECOND * 0.999, None),
        (-MILLISECOND * 0.999, None),
        (-MILLISECOND, Outcome.KEPT_CHANGED),
    ],
)
def test_last_use_is_compared_to_the_millisecond(moved: timedelta, outcome: Outcome | None) -> None:
    """QRS keeps milliseconds; digits beyond them may get lost in the queue."""
    assert kept(last_used=LONG_AGO + moved) is outcome


@pytest.mark.parametrize(
    ("moved", "outcome"),
    [
        (MILLISECOND, Outcome.KEPT_CHANGED),
        (-MILLISECOND, Outcome.KEPT_CHANGED),
        (MILLISECOND * 0.999, None),
    ],
)
def test_modification_is_compared_to_the_millisecond(
    moved: timedelta, outcome: Outcome | None
) -> None:
    """Any change since the plan keeps the license."""
    assert kept(modified=LONG_AGO + moved) is outcome


def test_a_license_that_is_gone_is_said_to_be() -> None:
    """Somebody else was faster."""
    why = reason_to_keep(candidate(a_license()), None, None, a_policy(), NOW)
    assert why == Kept(Outcome.ALREADY_GONE, "the license does not exist any more")


def test_the_policy_speaks_again_with_its_rule_and_evidence() -> None:
    """Hidden user, protected user, other threshold: three outcomes."""
    rules = NeverRelease(tags=frozenset({"keep"}))
    expected, tagged = candidate(a_license()), a_user(tags=["Keep"])
    found = a_license()
    assert reason_to_keep(expected, found, None, a_policy(), NOW) == Kept(
        Outcome.KEPT_USER_NOT_VISIBLE, "user_not_visible: LAB\\user1"
    )
    assert reason_to_keep(expected, found, tagged, a_policy(rules), NOW) == Kept(
        Outcome.KEPT_PROTECTED, "never_release_tag: Keep"
    )
    why = reason_to_keep(expected, found, a_user(), a_policy(days=365), NOW)
    assert why
    assert why.outcome is Outcome.KEPT_BY_POLICY
    assert why.detail.startswith("used_recently: last used 2026-08-14T02:30:00+00:00, 100.0 days")


@pytest.mark.parametrize("protects", [True, False])
def test_a_user_who_is_hidden_is_kept_before_any_rule_is_asked(protects: bool) -> None:
    """Without the user's data no rule can be checked, so none may let the license go."""
    user: User | None = None
    rules = NeverRelease(tags=frozenset({"keep"})) if protects else None
    why = reason_to_keep(candidate(a_license()), a_license(), user, a_policy(rules), NOW)
    assert why
    assert why.outcome is Outcome.KEPT_USER_NOT_VISIBLE


def test_a_modification_that_the_plan_did_not_know_is_not_compared() -> None:
    """A message without `modified` relies on the other marks."""
    expected = replace(candidate(a_license()), modified=None)
    found = a_license(modified=days_ago(1))
    assert reason_to_keep(expected, found, a_user(), a_policy(), NOW) is None
