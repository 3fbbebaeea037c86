"""When a request is sent again."""

from datetime import UTC, datetime

import pytest

from shared.adapters.http_retrying import RetryPolicy
from shared.adapters.qrs.retrying import TryAgainError, retry_after_seconds, with_retries
from shared.domain.errors import QrsDeniedError, QrsError, QrsUnavailableError

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
QUICK = RetryPolicy(attempts=3, first_wait=0.0, max_wait=0.0, jitter=0.0, budget=60.0)


class Failing:
    """Raises the given errors one after the other, then returns "done"."""

    def __init__(self, *errors: QrsError) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        """One attempt."""
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


async def test_a_failure_that_passes_is_survived() -> None:
    """Two failures, then success, within three attempts."""
    attempt = Failing(TryAgainError("503."), TryAgainError("503.", 0.0))
    assert await with_retries(QUICK, attempt) == "done"
    assert attempt.calls == 3


async def test_it_gives_up_and_says_how_often_it_tried() -> None:
    """After the last attempt the error is that QRS is not available."""
    attempt = Failing(*[TryAgainError("It answered 503.")] * 5)
    with pytest.raises(QrsUnavailableError, match=r"It answered 503\. Attempts: 3\.$"):
        await with_retries(QUICK, attempt)
    assert attempt.calls == 3


async def test_a_refusal_is_not_tried_again() -> None:
    """What will not pass is raised at once."""
    attempt = Failing(QrsDeniedError("no"))
    with pytest.raises(QrsDeniedError):
        await with_retries(QUICK, attempt)
    assert attempt.calls == 1


async def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    """When QRS asks for more than the budget leaves, it is left alone at once, and this is said."""
    attempt = Failing(TryAgainError("429.", 3600.0))
    with pytest.raises(QrsUnavailableError, match=r"Attempts: 1\. It asks .* for 3600 s"):
        await with_retries(QUICK, attempt)
    assert attempt.calls == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("Thu, 01 Jan 2026 14:00:30 +0200", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, expected: float | None) -> None:
    """Seconds or an HTTP date; what can't be read is as good as absent."""
    assert retry_after_seconds(value, NOW) == expected
