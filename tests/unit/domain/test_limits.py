"""Limits on a plan: caps, keep-available, longest unused first."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.limits import Limits, apply_limits, percent_cap
from shared.domain.model import AccessLicense, LicensePool, LicenseType
from shared.domain.plan import Action, Decision, Reason
from tests.unit.build import ANALYZER, PROFESSIONAL, a_license, a_pool, days_ago

NO_LIMIT = Limits(max_per_run=10_000, max_percent_per_run=100)


def release(license_: AccessLicense) -> Decision:
    """A decision to release."""
    return Decision(license_, Action.RELEASE, Reason.UNUSED)


def pools(
    analyzer: LicensePool, professional: LicensePool | None = None
) -> dict[LicenseType, LicensePool]:
    """Both pools."""
    return {ANALYZER: analyzer, PROFESSIONAL: professional or a_pool(0)}


def test_over_the_cap_the_longest_unused_go_and_the_rest_is_deferred() -> None:
    """Two of four may go: the two that were unused longest."""
    decisions = [release(a_license(n, last_used=days_ago(100 + n))) for n in (2, 4, 1, 3)]
    limited = apply_limits(decisions, pools(a_pool(4)), Limits(2, 100))
    assert [(d.license.id[-1], d.action) for d in limited] == [
        ("4", Action.RELEASE),
        ("3", Action.RELEASE),
        ("2", Action.DEFER),
        ("1", Action.DEFER),
    ]
    assert limited[-1].reason is Reason.OVER_MAX_PER_RUN


def test_a_cap_of_zero_means_none_at_all() -> None:
    """Zero licenses and zero percent both release nothing."""
    for limits in (Limits(0, 100), Limits(100, 0)):
        limited = apply_limits([release(a_license())], pools(a_pool(1)), limits)
        assert [d.action for d in limited] == [Action.DEFER]


def test_the_percentage_is_of_each_types_allocated_licenses_rounded_up() -> None:
    """25 % of 5 is 2, whatever the other type has."""
    decisions = [release(a_license(n)) for n in range(1, 6)]
    decisions += [release(a_license(n, license_type=PROFESSIONAL)) for n in range(11, 12)]
    limited = apply_limits(decisions, pools(a_pool(5), a_pool(1)), Limits(100, 25))
    went = Counter(d.license.license_type for d in limited if d.action is Action.RELEASE)
    assert went == {ANALYZER: 2, PROFESSIONAL: 1}


def test_the_count_is_over_both_types() -> None:
    """Three per run are three altogether."""
    decisions = [release(a_license(n)) for n in range(1, 4)]
    decisions += [release(a_license(n, license_type=PROFESSIONAL)) for n in range(11, 14)]
    limited = apply_limits(decisions, pools(a_pool(3), a_pool(3)), Limits(3, 100))
    assert sum(d.action is Action.RELEASE for d in limited) == 3


def test_keep_available_releases_only_as_many_as_are_missing() -> None:
    """Eight are available and ten are wanted, so two go."""
    decisions = [release(a_license(n)) for n in range(1, 6)]
    limits = Limits(100, 100, keep_available=10)
    limited = apply_limits(decisions, pools(a_pool(5, available=8)), limits)
    assert sum(d.action is Action.RELEASE for d in limited) == 2
    assert limited[-1].reason is Reason.ENOUGH_AVAILABLE


def test_a_pool_that_has_enough_releases_none() -> None:
    """Nothing goes while more are available than wanted."""
    limits = Limits(100, 100, keep_available=5)
    limited = apply_limits([release(a_license())], pools(a_pool(1, available=9)), limits)
    assert [d.reason for d in limited] == [Reason.ENOUGH_AVAILABLE]


def test_what_is_deferred_says_by_which_limit_and_its_numbers() -> None:
    """The evidence lets people check the sum."""
    two = [release(a_license(n)) for n in (1, 2)]
    by_count = apply_limits(two, pools(a_pool(4)), Limits(1, 100))[-1]
    by_percent = apply_limits(two, pools(a_pool(4)), Limits(9, 25))[-1]
    by_need = apply_limits(two, pools(a_pool(4, available=8)), Limits(9, 100, 9))[-1]
    assert (by_count.reason, by_count.value) == (Reason.OVER_MAX_PER_RUN, "1 per run")
    assert (by_percent.reason, by_percent.value) == (
        Reason.OVER_MAX_PERCENT_PER_RUN,
        "25 % of 4 allocated = 1",
    )
    assert (by_need.reason, by_need.value) == (Reason.ENOUGH_AVAILABLE, "8 available, 9 wanted")


def test_what_is_kept_passes_through_and_uses_up_no_limit() -> None:
    """A keep stays a keep, also where nothing may go."""
    kept = Decision(a_license(1), Action.KEEP, Reason.QUARANTINED, "until then")
    limited = apply_limits([kept, release(a_license(2))], pools(a_pool(2)), Limits(1, 100))
    assert [d.action for d in limited] == [Action.RELEASE, Action.KEEP]
    assert limited[-1] == kept


@given(
    ages=st.lists(st.integers(30, 900), max_size=40),
    per_run=st.integers(0, 50),
    percent=st.integers(0, 100),
    keep=st.none() | st.integers(0, 60),
    available=st.integers(0, 50),
)
def test_limits_hold_and_nothing_is_lost(
    ages: list[int], per_run: int, percent: int, keep: int | None, available: int
) -> None:
    """Every license comes out once, no limit is passed, and no younger one goes before an older."""
    rows = [
        a_license(n, last_used=days_ago(age), license_type=list(LicenseType)[n % 2])
        for n, age in enumerate(ages)
    ]
    by_type = Counter(row.license_type for row in rows)
    site = {t: a_pool(by_type[t], available=available) for t in LicenseType}
    limited = apply_limits(map(release, rows), site, Limits(per_run, percent, keep))

    assert sorted(d.license.id for d in limited) == sorted(row.id for row in rows)
    went = [d.license for d in limited if d.action is Action.RELEASE]
    assert len(went) <= per_run
    for license_type in LicenseType:
        mine = [row for row in went if row.license_type is license_type]
        assert len(mine) <= percent_cap(by_type[license_type], percent)
        assert keep is None or len(mine) <= max(0, keep - available)
        stayed = [
            d.license
            for d in limited
            if d.action is Action.DEFER and d.license.license_type is license_type
        ]
        if mine and stayed:
            assert max(x.last_used or days_ago(0) for x in mine) <= min(
                x.last_used or days_ago(0) for x in stayed
            )


@given(allocated=st.integers(0, 10_000), percent=st.integers(0, 100))
def test_percent_caps_round_up_and_never_exceed_the_pool(allocated: int, percent: int) -> None:
    """The cap is the smallest whole number that is at least the percentage."""
    cap = percent_cap(allocated, percent)
    assert cap * 100 >= allocated * percent > (cap - 1) * 100
    assert cap <= allocated
