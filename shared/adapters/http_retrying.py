"""When a call over HTTP is made again: how often, after which waits, and for how long at most."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import stamina


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first_wait` to `max_wait`, plus up to `jitter`; all in seconds.

    No attempt begins later than `budget` seconds after the first one began.
    """

    attempts: int = 4
    first_wait: float = 0.5
    max_wait: float = 20.0
    jitter: float = 0.5
    budget: float = 180.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for one request as a whole.

    A list of 100,000 users, or of tens of thousands of CALs, takes Qlik's services a while before
    its first byte comes.
    """

    connect: float = 10.0
    read: float = 90.0
    whole: float = 240.0


async def first_success[T, E: Exception](
    policy: RetryPolicy,
    attempt: Callable[[], Awaitable[T]],
    passing: type[E],
    given_up: Callable[[E, str], Exception],
    wait: Callable[[E], bool | float] = lambda _: True,
) -> T:
    """The result of the first attempt that does not fail in a way that may pass.

    Args:
        policy: how often, and for how long.
        attempt: makes the call once.
        passing: the failures that may pass; all others are raised at once.
        given_up: makes the error to raise when the attempts or the budget are used up, of the
            last failure and a text that begins with its words and tells the attempts.
        wait: whether to try again after such a failure; a number of seconds is waited instead of
            what the policy says.
    """
    tried = 0
    try:
        async for each in stamina.retry_context(
            on=lambda error: wait(error) if isinstance(error, passing) else False,
            attempts=policy.attempts,
            timeout=policy.budget,
            wait_initial=policy.first_wait,
            wait_max=policy.max_wait,
            wait_jitter=policy.jitter,
        ):
            with each:
                tried = each.num
                return await attempt()
    except passing as error:
        raise given_up(error, f"{error} Attempts: {tried}.") from error
    raise AssertionError("the last attempt either returned or raised")
