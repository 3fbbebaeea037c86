"""The circuit breaker."""

from datetime import timedelta

from shared.domain.breaker import (
    FAILURES_TO_OPEN,
    PAUSE,
    TRIAL,
    Breaker,
    entered,
    failed,
    succeeded,
)
from tests.unit.build import NOW


def broken() -> Breaker:
    """A breaker that just opened."""
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN):
        breaker = failed(breaker, NOW)
    return breaker


def test_it_opens_after_several_failures_and_not_before() -> None:
    """A failure or two are no outage."""
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker = failed(breaker, NOW)
        assert breaker.refuses_until(NOW) is None
    assert failed(breaker, NOW).refuses_until(NOW) == NOW + PAUSE


def test_a_success_closes_it_and_forgets_the_failures() -> None:
    """Failures count only when nothing succeeds in between."""
    assert succeeded(broken()) == Breaker()


def test_after_the_pause_one_may_try_and_the_others_wait() -> None:
    """The one that enters keeps the others out until it is done or its time is over."""
    later = NOW + PAUSE
    breaker = broken()
    assert breaker.refuses_until(later) is None
    tried = entered(breaker, later)
    assert tried.refuses_until(later) == later + TRIAL
    assert entered(tried, later) == tried
    assert tried.refuses_until(later + TRIAL) is None


def test_a_failed_try_opens_it_again() -> None:
    """One more failure is enough while it was open."""
    later = NOW + PAUSE
    assert failed(entered(broken(), later), later).refuses_until(later) == later + PAUSE


def test_a_closed_breaker_lets_everybody_in() -> None:
    """Entering changes nothing."""
    assert entered(Breaker(1), NOW + timedelta(days=1)) == Breaker(1)
