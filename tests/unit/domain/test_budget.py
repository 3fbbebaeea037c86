"""The day's budget: the caps hold over all messages of a day."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.budget import DailyBudget, reserve
from shared.domain.limits import Limits, percent_cap
from shared.domain.model import LicenseType
from tests.unit.build import ANALYZER


def test_a_cap_of_zero_grants_nothing() -> None:
    """Zero licenses and zero percent both mean none at all."""
    for limits in (Limits(0, 100), Limits(100, 0)):
        _, granted = reserve(DailyBudget(), ANALYZER, 5, allocated=100, limits=limits)
        assert granted == 0


def test_the_percentage_is_of_what_was_allocated_at_the_days_first_release() -> None:
    """Later messages see fewer allocated licenses, and the cap stays where it was."""
    limits = Limits(1000, 25)
    budget, first = reserve(DailyBudget(), ANALYZER, 20, allocated=100, limits=limits)
    _, second = reserve(budget, ANALYZER, 20, allocated=80, limits=limits)
    assert (first, second) == (20, 5)


@given(
    wishes=st.lists(st.tuples(st.sampled_from(LicenseType), st.integers(0, 40)), max_size=30),
    per_run=st.integers(0, 60),
    percent=st.integers(0, 100),
)
def test_no_sequence_of_reservations_passes_a_cap(
    wishes: list[tuple[LicenseType, int]], per_run: int, percent: int
) -> None:
    """Whoever reserves, in whatever order."""
    limits, budget = Limits(per_run, percent), DailyBudget()
    for license_type, wanted in wishes:
        budget, granted = reserve(budget, license_type, wanted, allocated=50, limits=limits)
        assert granted <= wanted
        assert budget.total() <= per_run
        assert all(n <= percent_cap(50, percent) for n in budget.reserved.values())
