"""What is kept of every change that the app makes at a site: append-only, for later questions."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.model import AccessLicense, LicenseType


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that happened to one license.

    `happened` is an outcome of a release or a step of a restore (`restore.py`); `before` is the
    license as it was read right before; `decision` is the rule and its evidence; `actor` is the
    function or the person.
    """

    site: str
    plan_id: str
    license_id: str
    license_type: LicenseType
    account: str
    happened: str
    decision: str
    detail: str
    actor: str
    at: datetime
    before: AccessLicense | None = None
