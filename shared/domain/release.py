"""The release of one license: what was expected, what was found, what became of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto

from shared.domain.audit import AuditEntry
from shared.domain.errors import StewardError
from shared.domain.model import AccessLicense, LicenseType

_RELEASE_ID = re.compile(
    r"(?P<plan>[^/\\#?\x00-\x1f\x7f-\x9f]{1,128})"
    r"~(?P<license>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    re.IGNORECASE,
)


class BadReleaseIdError(StewardError):
    """A text that is no release id."""


class DeleteAnswer(Enum):
    """What QRS's answer to a DELETE says; only reading tells what became of the license."""

    ACCEPTED = auto()  # 2xx
    ALREADY_GONE = auto()  # 404
    LOST = auto()  # sent, and no answer that could be relied on: read before sending again


class AllocateKind(Enum):
    """What QRS's answer to giving a license says; only reading tells what came of it."""

    ACCEPTED = auto()  # 2xx
    REFUSED = auto()  # nothing was done: no free license, or QRS does not take it this way
    LOST = auto()  # sent, and no answer that could be relied on: read before sending again


@dataclass(frozen=True, slots=True)
class AllocateAnswer:
    """The answer to giving a license; `detail` is why, in a sentence, unless it was accepted."""

    kind: AllocateKind
    detail: str = ""


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
    KEPT_OVER_CAP = "kept_over_cap"  # the day's caps were used up by other releases
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
    def may_have_taken(self) -> bool:
        """True when a DELETE of ours took the license, or may have been sent and done so."""
        return self.is_release or self is Outcome.RELEASING

    @property
    def is_settled(self) -> bool:
        """True when running the message again can add nothing."""
        return self.is_release or self is Outcome.ALREADY_GONE


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """The ledger's row of one license under one plan.

    `before` is the license as read right before DELETE (the before-image), `decision` the rule and
    evidence that released it, `detail` what was expected and found. `started_at` is when the
    release was begun, `finished_at` when its outcome was confirmed by reading. `reserved_on` is the
    day (UTC) whose budget counts it; empty when none does.
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
    decision: str = ""
    reserved_on: str = ""

    @property
    def release_id(self) -> str:
        """Names this release in URLs and on the command line."""
        return f"{self.plan_id}~{self.license_id}"

    def audit_entry(self) -> AuditEntry:
        """What the audit keeps of this state of the release."""
        return AuditEntry(
            site=self.site,
            plan_id=self.plan_id,
            license_id=self.license_id,
            license_type=self.license_type,
            account=self.account,
            happened=self.outcome.value,
            decision=self.decision,
            detail=self.detail,
            actor="release_licenses",
            at=self.finished_at or self.started_at,
            before=self.before,
        )


def split_release_id(text: str) -> tuple[str, str]:
    """The plan id and the license id (in lower case) that a release id is made of.

    Raises:
        BadReleaseIdError: it is not made of these two.
    """
    parts = _RELEASE_ID.fullmatch(text.strip())
    if not parts:
        raise BadReleaseIdError(
            f"{text[:200]!r} is no release id: it is a plan id, `~` and the id of the license (a"
            " GUID), as `python -m local releases` lists them"
        )
    return parts["plan"], parts["license"].lower()
