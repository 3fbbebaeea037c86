"""Released users who came straight back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.early_warnings import Thresholds, WarningKind
from shared.domain.model import AccessLicense, LicenseType
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.returned_users import ReturnedUsers, came_back, returned_users
from tests.unit.build import ANALYZER, PROFESSIONAL, a_license, a_user, days_ago, guid

NEW = 5000  # licenses that were assigned after a release have numbers from here


def a_release(
    number: int,
    days: float = 20,
    *,
    outcome: Outcome = Outcome.RELEASED,
    plan: str = "plan",
    before: AccessLicense | None = None,
    license_type: LicenseType = ANALYZER,
) -> ReleaseRecord:
    """That license `number` of user `number` was released that many days ago."""
    user = a_user(number)
    return ReleaseRecord(
        site="site",
        plan_id=plan,
        license_id=before.id if before else guid(number),
        license_type=license_type,
        user_id=user.id,
        account=user.account,
        outcome=outcome,
        detail="",
        started_at=days_ago(days),
        finished_at=days_ago(days),
        before=before or a_license(number, license_type=license_type),
    )


def again(number: int, days: float) -> AccessLicense:
    """The new license of user `number`, assigned that many days ago."""
    license_ = a_license(NEW + number, user=a_user(number), created=days_ago(days))
    return replace(license_, last_used=days_ago(days))


def found(
    releases: list[ReleaseRecord],
    rows: list[AccessLicense],
    restored: frozenset[str] = frozenset(),
) -> ReturnedUsers:
    """What is found of analyzer users, within seven days."""
    return next(
        one
        for one in returned_users(releases, {ANALYZER: rows}, 7, restored)
        if one.license_type is ANALYZER
    )


def back(releases: list[ReleaseRecord], rows: list[AccessLicense]) -> list[str]:
    """The accounts that came straight back."""
    return [one.account for one in found(releases, rows).returned]


@pytest.mark.parametrize(("days_ago_back", "counts"), [(13, True), (12.9, False), (19.9, True)])
def test_who_holds_a_new_license_within_the_days_came_back(
    days_ago_back: float, counts: bool
) -> None:
    """Released 20 days ago: back 13 days ago is within seven days to the second."""
    assert (back([a_release(1)], [again(1, days_ago_back)]) == ["LAB\\user1"]) is counts


def test_an_older_license_is_no_return() -> None:
    """A second license of before the release was never given again."""
    assert back([a_release(1)], [again(1, 21)]) == []


def test_another_type_or_another_user_is_no_return() -> None:
    """An analyzer user who gets a professional license did not come back to this pool."""
    assert back([a_release(1)], [again(2, 19)]) == []
    other = replace(again(1, 19), license_type=PROFESSIONAL)
    both = returned_users([a_release(1)], {PROFESSIONAL: [other]}, 7)
    assert [len(one.returned) for one in both] == [0, 0]


def test_out_of_quarantine_again_is_a_return() -> None:
    """The same license, used again after it was released into quarantine."""
    record = a_release(1, outcome=Outcome.RELEASED_TO_QUARANTINE)
    reinstated = replace(a_license(1), last_used=days_ago(18), modified=days_ago(18))
    assert back([record], [reinstated]) == ["LAB\\user1"]
    assert back([record], [replace(reinstated, quarantined=True)]) == []


def test_only_confirmed_releases_count() -> None:
    """A license that stayed, failed or was gone before was not released by us."""
    for outcome in set(Outcome) - {Outcome.RELEASED, Outcome.RELEASED_TO_QUARANTINE}:
        assert found([a_release(1, outcome=outcome)], [again(1, 19)]).released == 0


def test_what_an_operator_gave_back_is_no_auto_assignment() -> None:
    """A restored release counts neither as released nor as returned."""
    record = a_release(1)
    assert found([record], [again(1, 19)], frozenset({record.release_id})).released == 0


def test_a_return_that_was_released_again_is_still_seen() -> None:
    """Released, back after a day, released again: the second release took the new license."""
    second = a_release(1, 2, plan="later", before=again(1, 19))
    assert back([a_release(1), second], []) == ["LAB\\user1"]


def test_the_license_that_went_is_no_return_even_by_a_clock_that_runs_ahead() -> None:
    """A server clock minutes ahead of ours shows a change after a release that it came before."""
    before = replace(a_license(1), modified=days_ago(19.99))
    assert back([a_release(1, before=before)], []) == []


def test_a_user_counts_once_however_often_released() -> None:
    """Shares are of users."""
    records = [a_release(1, days, plan=f"plan{days}") for days in (20, 12, 4)]
    result = found(records, [again(1, 3)])
    assert (result.released, len(result.returned), result.percent) == (1, 1, 100.0)


def test_a_deleted_user_in_quarantine_disturbs_nothing() -> None:
    """A license without a user and one without dates are no returns."""
    rows = [
        replace(a_license(8, has_user=False), quarantined=True),
        replace(again(1, 3), created=None, modified=None, last_used=None),
    ]
    assert back([a_release(1)], rows) == []


@pytest.mark.parametrize(
    ("returned", "released", "warns"),
    [(3, 15, True), (3, 16, False), (2, 2, False), (20, 100, True), (0, 0, False)],
)
def test_the_warning_needs_a_count_and_a_share(returned: int, released: int, warns: bool) -> None:
    """Three of fifteen are a pattern, two of two are not, three of sixteen are usual."""
    records = [a_release(n) for n in range(1, released + 1)]
    result = found(records, [again(n, 19) for n in range(1, returned + 1)])
    warning = came_back(result, Thresholds())
    assert (warning is not None) is warns
    if warning:
        assert (warning.kind, warning.subject) == (WarningKind.RELEASED_CAME_BACK, "analyzer")
        assert warning.figures["returned"] == returned
        assert "user1" not in warning.sentence


def test_nothing_returned_is_no_warning_at_any_threshold() -> None:
    """Thresholds of zero still need somebody, and the rule can be switched off."""
    zero = Thresholds(returned_percent=0, returned_count=0)
    assert came_back(found([a_release(1)], []), zero) is None
    off = Thresholds(returned_days=None, returned_percent=0, returned_count=1)
    assert came_back(found([a_release(1)], [again(1, 19)]), off) is None


@given(
    st.lists(st.tuples(st.integers(1, 5), st.floats(0, 60)), max_size=12),
    st.lists(st.tuples(st.integers(1, 5), st.floats(0, 60)), max_size=12),
    st.floats(0, 30),
)
def test_every_return_lies_within_the_days_and_shares_stay_shares(
    released: list[tuple[int, float]], held: list[tuple[int, float]], within: float
) -> None:
    """Whatever the histories are, nobody returns before the release, late, or twice."""
    records = [a_release(n, days, plan=str(i)) for i, (n, days) in enumerate(released)]
    rows = [replace(again(n, days), id=guid(9000 + i)) for i, (n, days) in enumerate(held)]
    for one in returned_users(records, {ANALYZER: rows}, within):
        users = {user.user_id for user in one.returned}
        assert len(users) == len(one.returned) <= one.released <= 5
        assert 0 <= one.percent <= 100
        for user in one.returned:
            assert timedelta(0) < user.back_at - user.released_at <= timedelta(days=within)
