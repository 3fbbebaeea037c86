"""The pool of named CALs of a server: how many can still be assigned."""

from datetime import datetime, timedelta

from shared.domain.leases.model import CalConfiguration, NamedCal

_UNUSED = timedelta(days=30)


def total_cals(in_license: int | None, limit: int | None) -> int | None:
    """How many named CALs can be assigned at most; None when the server told neither number."""
    return min((n for n in (in_license, limit) if n is not None), default=None)


def free_cals(total: int | None, assigned: int | None, quarantined: int | None) -> int | None:
    """How many named CALs can be assigned now, None for unknown.

    A removed CAL is no longer assigned, and nobody gets it before its quarantine ends (fact 3.7).
    """
    if total is None or assigned is None:
        return None
    return max(0, total - assigned - (quarantined or 0))


def assigned_cals(config: CalConfiguration) -> int | None:
    """How many are assigned: the server's own count, else as many as it lists."""
    if config.assigned is not None or config.assigned_cals is None:
        return config.assigned
    return len(config.assigned_cals)


def is_quarantined(cal: NamedCal, now: datetime) -> bool:
    """True for a removed CAL whose quarantine has not ended; one without an end is still in it."""
    return cal.quarantined_until is None or cal.quarantined_until > now


def quarantined_cals(config: CalConfiguration, now: datetime) -> int | None:
    """Removed CALs in quarantine; None where the version does not tell them."""
    if config.removed_cals is None:
        return None
    return sum(is_quarantined(cal, now) for cal in config.removed_cals)


def is_unused(cal: NamedCal, now: datetime) -> bool:
    """Not used for 30 x 24 hours or more, or never: no server tells when a CAL was assigned."""
    return cal.last_used is None or now - cal.last_used >= _UNUSED
