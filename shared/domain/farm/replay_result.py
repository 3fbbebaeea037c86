"""What a replay of working days showed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.domain.farm.load import Load
from shared.domain.leases.model import SlotReading


@dataclass(frozen=True, slots=True)
class Refusal:
    """A start without a lease. `granted_from`: when that server would have given one."""

    user: str
    server: str
    at: datetime
    granted_from: datetime


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refused starts under one reading, in the order of time."""

    refused: tuple[Refusal, ...]

    @property
    def by_user(self) -> Mapping[str, int]:
        """Refused starts of each user who was ever refused."""
        return Counter(refusal.user for refusal in self.refused)

    @property
    def by_day(self) -> Mapping[date, int]:
        """Refused starts of each day (UTC) that had any."""
        return Counter(refusal.at.date() for refusal in self.refused)

    @property
    def waiting_until(self) -> Mapping[str, datetime]:
        """Users by the time from which the server that refused them last would let them in."""
        return {refusal.user: refusal.granted_from for refusal in self.refused}


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay showed.

    Attributes:
        placement: the name of the last placement.
        starts: how many sessions were started, restarts after a loss included.
        refusals: by reading.
        loads: before, between and after the changes; one where there was no change.
    """

    placement: str
    starts: int
    refusals: Mapping[SlotReading, Refusals]
    loads: tuple[Load, ...]

    @property
    def load(self) -> Load:
        """The load after the last change."""
        return self.loads[-1]
