"""Everything of a site that can be counted, as one list of pools.

Source: QRS fact 2a. A pool whose numbers can't be true is marked unreadable and its numbers are
dropped; the other pools stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    TokenAccess,
)

# No license has as many; QRS's 2147483647 stands for "unlimited" or for an error, never a count.
_MOST = 1_000_000_000
# The counts of one answer need not be of one instant, so a little more than all may be available.
_SLACK_SHARE, _SLACK = 0.1, 5


class PoolName(StrEnum):
    """The kinds of pools; the values are tags of points and keys of the history."""

    PROFESSIONAL = "professional"
    ANALYZER = "analyzer"
    ANALYZER_CAPACITY = "analyzer_capacity"
    TOKEN_USER = "token_user"  # noqa: S105
    TOKEN_LOGIN = "token_login"  # noqa: S105
    TOKENS = "tokens"


class Unit(StrEnum):
    """What a pool is counted in."""

    LICENSES = "licenses"
    MINUTES = "minutes"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Pool:
    """The counts of one pool, in its unit; None is what the site does not say.

    A pool that is not enabled or is unreadable has no counts. `unreadable` says in a sentence what
    is wrong with the numbers that were read; empty when nothing is.
    """

    name: PoolName
    unit: Unit
    enabled: bool = True
    total: float | None = None
    available: float | None = None
    allocated: float | None = None
    used: float | None = None
    quarantined: float | None = None
    excess: float | None = None
    unreadable: str = ""

    @property
    def countable(self) -> bool:
        """True when its numbers may be compared, shown and kept."""
        return self.enabled and not self.unreadable

    @property
    def percent_available(self) -> float | None:
        """Available of total, 0 to 100; None when either is unknown or the total is zero."""
        if self.total is None or self.available is None or self.total <= 0:
            return None
        return min(100.0, 100.0 * self.available / self.total)


def pools_of(overview: AccessTypeOverview) -> tuple[Pool, ...]:
    """Every pool that the site tells of, enabled or not, in the order of `PoolName`."""
    return tuple(_checked(pool) for pool in _told(overview))


def shown(number: float) -> str:
    """A number as people write it: no decimals unless it has some, never an exponent."""
    return f"{number:.0f}" if number == int(number) else f"{number:.1f}"


def _told(overview: AccessTypeOverview) -> Iterator[Pool]:
    for license_type in (LicenseType.PROFESSIONAL, LicenseType.ANALYZER):
        if pool := overview.pools.get(license_type):
            yield _licenses(PoolName(license_type.value), pool)
    if capacity := overview.analyzer_capacity:
        yield _capacity(capacity)
    if user := overview.user_access:
        yield _user_tokens(user)
    if login := overview.login_access:
        yield _login_tokens(login)
    if overview.tokens_enabled or overview.total_tokens is not None:
        yield Pool(
            PoolName.TOKENS,
            Unit.TOKENS,
            overview.tokens_enabled,
            total=overview.total_tokens,
            available=overview.available_tokens,
        )


def _licenses(name: PoolName, pool: LicensePool) -> Pool:
    left = pool.total - pool.allocated - pool.quarantined
    # A license that shrank may be shown as a negative `available` instead of an `excess`.
    overdrawn = pool.available == left < 0
    return Pool(
        name,
        Unit.LICENSES,
        pool.enabled,
        total=pool.total,
        available=0 if overdrawn else pool.available,
        allocated=pool.allocated,
        used=pool.used,
        quarantined=pool.quarantined,
        excess=max(pool.excess, -left) if overdrawn else pool.excess,
    )


def _capacity(capacity: AnalyzerCapacity) -> Pool:
    return _set_aside(
        Pool(PoolName.ANALYZER_CAPACITY, Unit.MINUTES, capacity.enabled),
        (capacity.allocated_minutes, capacity.used_minutes, capacity.unavailable_minutes),
    )


def _user_tokens(access: TokenAccess) -> Pool:
    # No total of its own: user access takes its tokens from the pool `tokens`.
    return Pool(
        PoolName.TOKEN_USER,
        Unit.TOKENS,
        access.enabled,
        allocated=access.allocated_tokens,
        used=access.used_tokens,
        quarantined=access.quarantined_tokens,
    )


def _login_tokens(access: TokenAccess) -> Pool:
    return _set_aside(
        Pool(PoolName.TOKEN_LOGIN, Unit.TOKENS, access.enabled),
        (access.allocated_tokens, access.used_tokens, access.unavailable_tokens or 0),
    )


def _set_aside(pool: Pool, counts: tuple[float, float, float]) -> Pool:
    """A pool whose total is what was set aside for it: allocated, used and unavailable.

    Whether `unavailable` contains `used` is not documented; taking both off is the cautious
    reading, for a warning that comes early does less harm than none.
    """
    allocated, used, unavailable = counts
    if problem := _wrong_number("unavailable", unavailable):
        return replace(pool, unreadable=_sentence(pool, problem))
    left = max(0, allocated - used - unavailable)
    return replace(pool, total=allocated, available=left, allocated=allocated, used=used)


def _checked(pool: Pool) -> Pool:
    if not pool.enabled:
        return Pool(pool.name, pool.unit, enabled=False)
    if not pool.unreadable and (problem := _problem(pool)):
        return Pool(pool.name, pool.unit, unreadable=_sentence(pool, problem))
    return pool


def _problem(pool: Pool) -> str:
    for name in ("allocated", "total", "available", "used", "quarantined", "excess"):
        number: float | None = getattr(pool, name)
        if number is not None and (wrong := _wrong_number(name, number)):
            return wrong
    total, available = pool.total, pool.available
    if total is None or available is None:
        return ""
    if available > total * (1 + _SLACK_SHARE) + _SLACK:
        return f"available is {shown(available)} and total only {shown(total)}"
    return ""


def _wrong_number(name: str, number: float) -> str:
    # Written so that it holds for what is no number too (nan compares false with everything).
    return "" if 0 <= number <= _MOST else f"{name} is {number!r:.40}"


def _sentence(pool: Pool, problem: str) -> str:
    return (
        f"The pool {pool.name} can't be read, because {problem}; it is left out until the numbers"
        " make sense again. Compare with the license overview in the QMC."
    )
