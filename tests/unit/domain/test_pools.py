"""Everything of a site that can be counted, whatever the numbers are."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    TokenAccess,
)
from shared.domain.pools import Pool, PoolName, Unit, pools_of
from tests.unit.build import ANALYZER, PROFESSIONAL

LICENSES = LicensePool(
    enabled=True, total=100, allocated=80, used=60, quarantined=5, excess=0, available=15
)
CAPACITY = AnalyzerCapacity(
    enabled=True, allocated_minutes=6000, used_minutes=90, unavailable_minutes=6
)
USER = TokenAccess(True, token_cost=1, allocated_tokens=10, used_tokens=7, quarantined_tokens=2)
LOGIN = TokenAccess(True, token_cost=0.1, allocated_tokens=3, used_tokens=1, unavailable_tokens=1)
EVERYTHING = AccessTypeOverview(
    pools={PROFESSIONAL: LICENSES, ANALYZER: replace(LICENSES, total=200, available=115)},
    analyzer_capacity=CAPACITY,
    user_access=USER,
    login_access=LOGIN,
    tokens_enabled=True,
    total_tokens=20,
    available_tokens=8,
)


def by_name(overview: AccessTypeOverview) -> dict[PoolName, Pool]:
    """The pools by name, none twice."""
    found = pools_of(overview)
    assert len({pool.name for pool in found}) == len(found)
    return {pool.name: pool for pool in found}


def professional(pool: LicensePool) -> Pool:
    """The pool that these counts become."""
    return by_name(AccessTypeOverview({PROFESSIONAL: pool}))[PoolName.PROFESSIONAL]


def test_every_kind_of_pool_has_its_own_counts() -> None:
    """Each of the six pools has the counts that the site tells of it, and no others."""
    assert pools_of(EVERYTHING) == (
        Pool(PoolName.PROFESSIONAL, Unit.LICENSES, True, 100, 15, 80, 60, 5, 0),
        Pool(PoolName.ANALYZER, Unit.LICENSES, True, 200, 115, 80, 60, 5, 0),
        Pool(PoolName.ANALYZER_CAPACITY, Unit.MINUTES, True, 6000, 5904, 6000, 90),
        Pool(PoolName.TOKEN_USER, Unit.TOKENS, True, None, None, 10, 7, 2),
        Pool(PoolName.TOKEN_LOGIN, Unit.TOKENS, True, 3, 1, 3, 1),
        Pool(PoolName.TOKENS, Unit.TOKENS, True, 20, 8),
    )


def test_a_pool_that_is_not_enabled_is_told_of_without_counts() -> None:
    """It is neither counted nor called unreadable, whatever numbers stand there."""
    pool = professional(replace(LICENSES, enabled=False, total=-7))
    assert pool == Pool(PoolName.PROFESSIONAL, Unit.LICENSES, enabled=False)
    assert not pool.countable


def test_what_the_site_does_not_tell_is_no_pool() -> None:
    """An older site, or one without a license, has fewer pools or none."""
    assert pools_of(AccessTypeOverview()) == ()
    assert set(by_name(AccessTypeOverview(analyzer_capacity=CAPACITY))) == {
        PoolName.ANALYZER_CAPACITY
    }


def test_tokens_without_numbers_are_a_pool_without_numbers() -> None:
    """Unknown is not zero."""
    pool = by_name(AccessTypeOverview(tokens_enabled=True))[PoolName.TOKENS]
    assert (pool.total, pool.available, pool.percent_available) == (None, None, None)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (replace(LICENSES, total=-1), "total is -1"),
        (replace(LICENSES, allocated=-3), "allocated is -3"),
        (replace(LICENSES, used=10**400), "used is 1000"),
        (replace(LICENSES, total=2_147_483_647), "total is 2147483647"),
        (replace(LICENSES, available=-1), "available is -1"),
        (replace(LICENSES, available=116), "available is 116 and total only 100"),
    ],
)
def test_absurd_counts_make_that_one_pool_unreadable(wrong: LicensePool, named: str) -> None:
    """The sentence has the number, the counts are dropped, and the other pools stay."""
    found = by_name(replace(EVERYTHING, pools={**EVERYTHING.pools, PROFESSIONAL: wrong}))
    bad = found.pop(PoolName.PROFESSIONAL)
    assert named in bad.unreadable
    assert (bad.countable, bad.total, bad.available) == (False, None, None)
    assert all(pool.countable for pool in found.values())


@pytest.mark.parametrize("minutes", [math.nan, math.inf, -1.0])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_minutes_that_are_no_count_make_the_capacity_unreadable(place: int, minutes: float) -> None:
    """Not a number, infinite or negative: none of these is shown as a count."""
    counts = [6000.0, 90.0, 6.0]
    counts[place] = minutes
    capacity = AnalyzerCapacity(True, *counts)
    pool = by_name(AccessTypeOverview(analyzer_capacity=capacity))[PoolName.ANALYZER_CAPACITY]
    assert f"{('allocated', 'used', 'unavailable')[place]} is {minutes}" in pool.unreadable
    assert not pool.countable


def test_a_shrunk_license_may_show_as_negative_available() -> None:
    """A negative `available` that the other counts explain is an excess, and nothing available."""
    pool = professional(replace(LICENSES, total=60, available=-25))
    assert (pool.available, pool.excess, pool.unreadable) == (0, 25, "")


def test_counts_of_slightly_different_moments_are_still_read() -> None:
    """One more available than there are in all is no reason to drop a pool; its share stays 100."""
    pool = professional(replace(LICENSES, allocated=0, quarantined=0, available=101))
    assert (pool.countable, pool.percent_available) == (True, 100.0)


def test_more_minutes_used_than_allotted_leave_none() -> None:
    """Available minutes never go below zero."""
    capacity = replace(CAPACITY, used_minutes=7000)
    pool = by_name(AccessTypeOverview(analyzer_capacity=capacity))[PoolName.ANALYZER_CAPACITY]
    assert (pool.available, pool.countable) == (0, True)


numbers = st.integers(-(10**12), 10**12) | st.integers(-5, 500)
amounts = st.floats() | st.floats(-5, 500)
overviews = st.builds(
    AccessTypeOverview,
    pools=st.dictionaries(
        st.sampled_from(LicenseType), st.builds(LicensePool, st.booleans(), *[numbers] * 6)
    ),
    analyzer_capacity=st.none() | st.builds(AnalyzerCapacity, st.booleans(), *[amounts] * 3),
    user_access=st.none()
    | st.builds(TokenAccess, st.booleans(), amounts, amounts, amounts, st.none() | amounts),
    login_access=st.none()
    | st.builds(
        TokenAccess, st.booleans(), amounts, amounts, amounts, st.none(), st.none() | amounts
    ),
    tokens_enabled=st.booleans(),
    total_tokens=st.none() | amounts,
    available_tokens=st.none() | amounts,
)


@given(overviews)
def test_no_rubbish_gets_through_and_none_stops_the_others(overview: AccessTypeOverview) -> None:
    """Every pool is told of once; what has counts has finite ones that are not negative."""
    found = by_name(overview)
    told = {PoolName(kind.value) for kind in overview.pools}
    assert told <= set(found)
    for pool in found.values():
        counts = (pool.total, pool.available, pool.allocated, pool.used, pool.quarantined)
        known = [count for count in (*counts, pool.excess) if count is not None]
        assert all(math.isfinite(count) and count >= 0 for count in known)
        assert pool.countable or not known
        assert not (pool.unreadable and not pool.enabled)
        percent = pool.percent_available
        assert percent is None or 0 <= percent <= 100


@given(overviews, overviews)
def test_a_pool_never_depends_on_another(
    overview: AccessTypeOverview, other: AccessTypeOverview
) -> None:
    """Whatever the other pools hold, a pool reads the same."""
    mixed = replace(other, analyzer_capacity=overview.analyzer_capacity)
    name = PoolName.ANALYZER_CAPACITY
    # Compared as text, for nan is never equal to itself.
    assert repr(by_name(mixed).get(name)) == repr(by_name(overview).get(name))
