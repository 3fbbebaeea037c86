"""What an early warning is, and the thresholds of all of them.

The rules are in `pool_warnings`, `collection_warnings`, `expiry_warnings`, `returned_users` and
`leases.lease_warnings`. Each gives the warning, a remark when it can't tell, or nothing. Sentences
name no person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class WarningKind(StrEnum):
    """What an early warning is about."""

    POOL_LOW = "pool.low"
    POOL_RUNNING_OUT = "pool.running_out"
    POOL_EXCESS = "pool.excess"
    SERVER_LICENSE_EXPIRING = "server_license.expiring"
    SERVER_LICENSE_EXPIRED = "server_license.expired"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    SECRET_EXPIRING = "secret.expiring"  # noqa: S105
    COLLECTION_MISSING = "collection.missing"
    RELEASED_CAME_BACK = "release.came_back"
    LEASE_REFUSALS = "lease.refusals_ahead"
    LEASE_MACHINE_GROWING = "lease.machine_growing"
    CALS_LOW = "cal.pool_low"


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """Something to act upon: about which pool or other subject, a sentence, and its figures."""

    kind: WarningKind
    subject: str
    sentence: str
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """Why nothing can be said about a subject: no warning, and no all-clear either."""

    subject: str
    sentence: str


type Finding = EarlyWarning | Remark


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to warn; None switches a rule off, and 0 means exactly 0.

    Attributes:
        pool_low_percent: available of total; a share fits pools of every size.
        pool_low_count: licenses or tokens available. Off, for no count fits both a pool of 10 and
            one of 5,000.
        run_out_days: time to get an order through purchasing.
        server_license_days: renewals take longer than orders, and everybody is locked out.
        certificate_days: exporting a new client certificate is an hour's work, in a change window.
        secret_days: the same.
        missing_periods: one late collection is a restart, two in a row are a fault.
        missing_hours: besides the periods, whichever is shorter; off.
        returned_days: who comes back within a week was hardly idle.
        returned_percent: some come back always, and that is what auto-assignment is for; one in
            five means that the threshold of releasing is too short.
        returned_count: holds together with the percentage, so that one of two is no pattern.
        lease_refusals_users: a refused start is silent, so one user is worth a warning.
        lease_machine_count: leases on one machine; off, for machines differ.
        lease_machine_growth_percent: within a week; half more is no usual week.
    """

    pool_low_percent: float | None = 10
    pool_low_count: float | None = None
    run_out_days: float | None = 30
    server_license_days: float | None = 60
    certificate_days: float | None = 30
    secret_days: float | None = 30
    missing_periods: float | None = 2
    missing_hours: float | None = None
    returned_days: float | None = 7
    returned_percent: float = 20
    returned_count: int = 3
    lease_refusals_users: float | None = 1
    lease_machine_count: float | None = None
    lease_machine_growth_percent: float | None = 50


def days_until(moment: date, now: datetime) -> float:
    """Days from now to a moment, or whole days to a day; negative when it has passed."""
    if isinstance(moment, datetime):
        return (moment - now) / timedelta(days=1)
    return float((moment - now.date()).days)
