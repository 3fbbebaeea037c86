"""Fair shares of bindings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.farm.model import FarmServer
from shared.domain.farm.shares import fair_shares
from tests.unit.farm.farms import SERVERS, servers


def test_shares_follow_the_weights() -> None:
    """Room is 5 % and one more."""
    shares = fair_shares(servers(3, 1.0, 1.0, 2.0), 100, 2)
    assert {name: share.fair for name, share in shares.items()} == {
        "ctx1": pytest.approx(50),
        "ctx2": pytest.approx(50),
        "ctx3": pytest.approx(100),
    }
    assert (shares["ctx1"].at_least, shares["ctx1"].target, shares["ctx1"].room) == (50, 50, 54)
    assert shares["ctx3"].room == 100


def test_nobody_is_bound_twice_to_a_heavy_server() -> None:
    """It gets everybody once; the others share the rest by their weights."""
    shares = fair_shares(servers(3, 10.0, 1.0, 3.0), 100, 2)
    assert [shares[f"ctx{n}"].fair for n in (1, 2, 3)] == [100, 25, 75]


@given(SERVERS, st.integers(1, 1000))
def test_the_shares_are_all_bindings(farm: list[FarmServer], count: int) -> None:
    """No more and no less, and there is room for them."""
    shares = fair_shares(farm, count, 2)
    assert sum(share.fair for share in shares.values()) == pytest.approx(2 * count)
    for share in shares.values():
        assert 0 <= share.at_least <= share.fair + 1e-6
        assert share.fair - 1e-6 <= share.target <= share.room <= count
