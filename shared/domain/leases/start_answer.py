"""The answer to the question what a start of the QlikView client does."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.leases.slots import ByReading


class Verdict(StrEnum):
    """What happens at a start.

    GRANTED: the machine gets a lease. RENEWED: it has one, and the start extends it. LASTS: it has
    one that still runs and is not extended. REFUSED: it gets none. UNKNOWN: the server did not tell
    its leases.
    """

    GRANTED = "granted"
    RENEWED = "renewed"
    LASTS = "lasts"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class StartReason(StrEnum):
    """Why a start ends as it does."""

    LEASES_NOT_TOLD = "leases_not_told"
    LEASES_OFF = "leases_off"
    CAL_REMOVED = "cal_removed"
    NO_CAL = "no_cal"
    NO_CAL_LEFT = "no_cal_left"
    HOLDS_LEASE = "holds_lease"
    SLOT_FREE = "slot_free"
    SLOTS_TAKEN = "slots_taken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, and the earliest time at which a start there is granted; None for unknown.

    The time holds when none of the user's machines has contact with the server before.
    """

    verdict: Verdict
    from_when: datetime | None


@dataclass(frozen=True, slots=True)
class StartAnswer:
    """What happens at a start, by each reading, and why.

    Attributes:
        user: as the server writes it.
        machine: as it was asked for; empty for any machine without a lease.
        outcomes: by each reading of when a slot frees.
        reason: what decided.
        sentence: the same for people, with the evidence; it names the user.
        certain: both readings give the same verdict and nothing else is open.
    """

    user: str
    machine: str
    outcomes: ByReading[Outcome]
    reason: StartReason
    sentence: str
    certain: bool
