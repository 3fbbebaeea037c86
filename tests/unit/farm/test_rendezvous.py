"""Weighted rendezvous hashing."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.farm.model import FarmServer
from shared.domain.farm.rendezvous import hash_share, ranking, score
from tests.unit.farm.farms import servers, users


def test_scores_never_change() -> None:
    """Golden values: another release, process or Python must place users the same."""
    assert hash_share("jdoe", "ctx1") == 0.6780803092511184
    assert score("JDOE", FarmServer("CTX1", 2.0)) == pytest.approx(5.148143653164714, rel=1e-12)
    names = [server.name for server in ranking(r"ACME\jdoe", servers(6))]
    assert names == ["CTX1", "CTX6", "CTX5", "CTX2", "CTX3", "CTX4"]


@given(st.text(), st.text(), st.floats(0.01, 100))
def test_a_score_is_above_zero_and_grows_with_the_weight(
    user: str, name: str, weight: float
) -> None:
    """Twice the weight is twice the score."""
    one = score(user, FarmServer(name, weight))
    assert one > 0
    assert score(user, FarmServer(name, 2 * weight)) == pytest.approx(2 * one)


def test_names_compare_caseless() -> None:
    """Case and blanks around a name make no difference."""
    assert score("ACME\\JDoe", FarmServer(" ctx1")) == score("acme\\jdoe", FarmServer("CTX1"))


def test_first_choices_follow_the_weights() -> None:
    """A server that weighs twice as much is the first choice of twice as many."""
    farm = servers(4, 1.0, 1.0, 2.0, 4.0)
    first = Counter(ranking(user, farm)[0].name for user in users(999))
    for server in farm:
        assert first[server.name] == pytest.approx(999 * server.weight / 8, rel=0.2)


@given(st.text(), st.permutations(servers(5)))
def test_the_ranking_ignores_the_order_given(user: str, farm: list[FarmServer]) -> None:
    """Only names and weights count."""
    assert ranking(user, farm) == ranking(user, servers(5))


@given(st.text())
def test_a_server_that_leaves_changes_nothing_between_the_others(user: str) -> None:
    """What remains of the ranking keeps its order."""
    before = ranking(user, servers(5))
    gone = before[1]
    assert ranking(user, [s for s in servers(5) if s != gone]) == (before[0], *before[2:])
