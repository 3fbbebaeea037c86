"""The access type overview out of QRS's object: an odd part costs itself, never another one."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.qrs.overview import absent_pools, parse_overview
from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    TokenAccess,
)

OVERVIEW: dict[str, object] = {
    "totalTokens": 10,
    "availableTokens": 9,
    "tokensEnabled": True,
    "userAccess": {
        "enabled": True,
        "tokenCost": 1,
        "allocatedTokens": 5,
        "usedTokens": 4,
        "quarantinedTokens": 1,
    },
    "loginAccess": {
        "enabled": False,
        "tokenCost": Decimal("0.1"),
        "allocatedTokens": 3,
        "usedTokens": 2,
        "unavailableTokens": 1,
    },
    "professionalAccess": {
        "enabled": True,
        "total": 25,
        "allocated": 5,
        "used": 1,
        "quarantined": 2,
        "excess": 3,
        "available": 18,
    },
    "analyzerTimeAccess": {
        "enabled": True,
        "allocatedMinutes": 700,
        "usedMinutes": Decimal("1.5"),
        "unavailableMinutes": 2,
    },
}


def test_the_overview_is_read_whole() -> None:
    """Every count arrives under its own name; a part that is absent is left out."""
    overview = parse_overview(OVERVIEW)
    assert overview.pools == {
        LicenseType.PROFESSIONAL: LicensePool(
            enabled=True, total=25, allocated=5, used=1, quarantined=2, excess=3, available=18
        )
    }
    assert overview.analyzer_capacity == AnalyzerCapacity(
        enabled=True, allocated_minutes=700.0, used_minutes=1.5, unavailable_minutes=2.0
    )
    assert overview.user_access == TokenAccess(
        enabled=True, token_cost=1.0, allocated_tokens=5.0, used_tokens=4.0, quarantined_tokens=1.0
    )
    assert overview.login_access == TokenAccess(
        enabled=False,
        token_cost=0.1,
        allocated_tokens=3.0,
        used_tokens=2.0,
        unavailable_tokens=1.0,
    )
    assert (overview.tokens_enabled, overview.total_tokens, overview.available_tokens) == (
        True,
        10.0,
        9.0,
    )


POOL: Mapping[str, object] = {
    "enabled": True,
    "total": 25,
    "allocated": 5,
    "used": 1,
    "quarantined": 2,
    "excess": 0,
    "available": 18,
}
ODD: list[object] = [
    None,
    "25",
    True,
    Decimal("2.5"),
    -1,
    2**31 - 1,
    10**400,
    Decimal("1e400"),
    [],
    {},
]
MISSING = object()


def _with_analyzers(**changed: object) -> AccessTypeOverview:
    pool = {key: value for key, value in {**POOL, **changed}.items() if value is not MISSING}
    return parse_overview(OVERVIEW | {"analyzerAccess": pool})


def test_a_whole_overview_needs_no_remark() -> None:
    """Nothing is said of what is as it should be, nor of parts that the version lacks."""
    for row in (OVERVIEW, {}, OVERVIEW | {"analyzerAccess": None}):
        assert parse_overview(row).remarks == ()


@pytest.mark.parametrize("key", ["total", "allocated", "available"])
@pytest.mark.parametrize("value", [MISSING, *ODD])
def test_a_pool_without_a_count_that_it_needs_is_left_out(key: str, value: object) -> None:
    """It is left out with a remark that names the count; the other parts are as they were."""
    overview, whole = _with_analyzers(**{key: value}), parse_overview(OVERVIEW)
    assert overview.pools == whole.pools
    assert (overview.analyzer_capacity, overview.user_access, overview.login_access) == (
        whole.analyzer_capacity,
        whole.user_access,
        whole.login_access,
    )
    (remark,) = overview.remarks
    assert remark.startswith("analyzerAccess is left out: QRS sent ")
    assert f" as {key} of analyzerAccess" in remark
    assert len(remark) < 300


@pytest.mark.parametrize("key", ["excess", "quarantined", "used"])
@pytest.mark.parametrize("value", [MISSING, None])
def test_a_count_that_old_versions_lack_is_zero_with_a_remark(key: str, value: object) -> None:
    """The pool stays; of quarantined licenses the overview also knows that it does not know."""
    overview = _with_analyzers(**{key: value})
    assert overview.pools[LicenseType.ANALYZER] == LicensePool(**{**POOL, key: 0})  # type: ignore[arg-type]
    (remark,) = overview.remarks
    assert f"no {key} of analyzerAccess" in remark
    unknown = (LicenseType.ANALYZER,) if key == "quarantined" else ()
    assert overview.quarantined_unknown == unknown


@pytest.mark.parametrize("key", ["excess", "quarantined", "used"])
@pytest.mark.parametrize("value", ODD[1:])
def test_an_odd_count_is_never_read_as_zero(key: str, value: object) -> None:
    """What is there and can't be true costs the pool: a wrong number is worse than a gap."""
    overview = _with_analyzers(**{key: value})
    assert LicenseType.ANALYZER not in overview.pools
    assert key in overview.remarks[0]


def test_less_than_nothing_is_available_only_when_the_license_shrank() -> None:
    """A negative number that the other counts explain is kept, any other one is not."""
    shrunk = _with_analyzers(total=5, available=-2)
    assert shrunk.pools[LicenseType.ANALYZER].available == -2
    assert shrunk.remarks == ()
    assert LicenseType.ANALYZER not in _with_analyzers(available=-2).pools


@pytest.mark.parametrize(
    "part", ["professionalAccess", "analyzerTimeAccess", "userAccess", "loginAccess"]
)
@pytest.mark.parametrize("value", ["gone", [], 7, True, {}, {"enabled": "yes"}])
def test_a_part_that_is_no_such_object_costs_only_itself(part: str, value: object) -> None:
    """Another kind of value, an empty object or an odd flag: one part less, and a remark."""
    whole, overview = parse_overview(OVERVIEW), parse_overview(OVERVIEW | {part: value})
    without = parse_overview(OVERVIEW | {part: None})
    assert (overview.pools, overview.analyzer_capacity) == (
        without.pools,
        without.analyzer_capacity,
    )
    assert (overview.user_access, overview.login_access) == (
        without.user_access,
        without.login_access,
    )
    assert overview.total_tokens == whole.total_tokens
    assert any(remark.startswith(f"{part} is left out") for remark in overview.remarks)


def test_odd_tokens_are_unknown() -> None:
    """A negative total or a flag that is a word is left out, and the pools stay."""
    overview = parse_overview(OVERVIEW | {"totalTokens": -1, "tokensEnabled": "yes"})
    assert (overview.total_tokens, overview.available_tokens) == (None, 9.0)
    assert overview.tokens_enabled is False
    assert overview.pools
    assert len(overview.remarks) == 2


def test_a_part_that_does_not_say_whether_it_is_enabled_is_not() -> None:
    """It is taken as not enabled, with a remark."""
    overview = _with_analyzers(enabled=MISSING)
    assert overview.pools[LicenseType.ANALYZER].enabled is False
    assert overview.remarks == (
        "QRS sent no enabled of analyzerAccess of the access type overview: it is taken as false.",
    )


def test_only_what_is_not_there_at_all_is_absent() -> None:
    """A pool that is there and odd is not one that an old version lacks."""
    assert absent_pools(OVERVIEW) == [LicenseType.ANALYZER]
    assert absent_pools(OVERVIEW | {"analyzerAccess": {}}) == []
    assert absent_pools({"professionalAccess": None}) == list(LicenseType)[::-1]


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*POOL, "tokenCost"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*OVERVIEW, "analyzerAccess"]), _ANY))
def test_no_value_stops_the_others(odd: dict[str, object]) -> None:
    """Whatever stands in some parts, all others are read as ever."""
    overview, whole = parse_overview(OVERVIEW | odd), parse_overview(OVERVIEW)
    if "professionalAccess" not in odd:
        kind = LicenseType.PROFESSIONAL
        assert overview.pools[kind] == whole.pools[kind]
    if "analyzerTimeAccess" not in odd:
        assert overview.analyzer_capacity == whole.analyzer_capacity
    if "userAccess" not in odd:
        assert overview.user_access == whole.user_access
    if "totalTokens" not in odd:
        assert overview.total_tokens == whole.total_tokens
