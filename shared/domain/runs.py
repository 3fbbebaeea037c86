"""What the ledger keeps of runs and of messages that were not acted upon."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageRefusal(StrEnum):
    """Why a queue message was recorded instead of being acted upon."""

    MALFORMED = "malformed"
    UNKNOWN_VERSION = "unknown_version"
    OTHER_SITE = "other_site"
    EXPIRED = "expired"
    SWITCHED_OFF = "switched_off"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message that was not acted upon: its whole text, the reason, and when it was seen.

    `settled` says what somebody did about it later; empty while nobody did.
    """

    message_id: str
    queue: str
    refusal: MessageRefusal
    detail: str
    body: str
    dequeue_count: int
    seen_at: datetime
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """How the last run of a function went; `summary` is one line for people."""

    function: str
    finished_at: datetime
    succeeded: bool
    summary: str
