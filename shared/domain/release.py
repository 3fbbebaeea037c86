"""The release of one license: what was expected, what was found, what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto

from shared.domain.model import AccessLicense, LicenseType


class DeleteAnswer(Enum):
    """What QRS's answer to a DELETE says; only reading tells what became of the license."""

    ACCEPTED = auto()  # 2xx
    ALREADY_GONE = auto()  # 404
    LOST = auto()  # sent, and no answer that could be relied on: read before sending again


class Outcome(StrEnum):
    """What became of one license of a message; the values are what records and reports show."""

    RELEASING = "releasing"  # written before DELETE is sent: a crash leaves this behind
    RELEASED = "released"  # gone when read again: free now
    RELEASED_TO_QUARANTINE = "released_to_quarantine"  # free at quarantine_end
    ALREADY_GONE = "already_gone"  # somebody else removed it before we did
    KEPT_USED_SINCE = "kept_used_since"
    KEPT_REASSIGNED = "kept_reassigned"
    KEPT_CHANGED = "kept_changed"
    KEPT_QUARANTINED = "kept_quarantined"
    KEPT_PROTECTED = "kept_protected"  # a never-release rule holds now
    KEPT_USER_NOT_VISIBLE = "kept_user_not_visible"
    KEPT_BY_POLICY = "kept_by_policy"  # the policy keeps it for another reason
    KEPT_STOPPED = "kept_stopped"  # the kill switch was set before its DELETE
    FAILED = "failed"  # QRS kept refusing or the license is still there: tried again later

    @property
    def is_release(self) -> bool:
        """True when the license went because of us; such a record is never overwritten."""
        return self in (Outcome.RELEASED, Outcome.RELEASED_TO_QUARANTINE)

    @property
    def is_kept(self) -> bool:
        """True when the license stays on purpose."""
        return self.value.startswith("kept_")

    @property
    def is_settled(self) -> bool:
        """True when running the message again can add nothing."""
        return self.is_release or self is Outcome.ALREADY_GONE


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """The ledger's row of one license under one plan.

    `before` is the license as read right before DELETE (the before-image). `started_at` is when the
    release was begun, `finished_at` when its outcome was confirmed by reading.
    """

    site: str
    plan_id: str
    license_id: str
    license_type: LicenseType
    user_id: str
    account: str
    outcome: Outcome
    detail: str
    started_at: datetime
    finished_at: datetime | None = None
    before: AccessLicense | None = None
    quarantine_end: datetime | None = None
    days_unused: float | None = None

    @property
    def release_id(self) -> str:
        """Names this release in URLs and on the command line."""
        return f"{self.plan_id}~{self.license_id}"
