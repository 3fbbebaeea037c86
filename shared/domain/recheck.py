"""The second look: is a license of a message still what the plan saw, and still to go?

Source: design.md "Decisions" and reliability practice C5: a license goes only if its id, user, last
use and modification still match, it is not quarantined, and the policy decides again to release it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.messages import Candidate
from shared.domain.model import AccessLicense, User
from shared.domain.plan import Action, Reason
from shared.domain.policy import ReleasePolicy, decide
from shared.domain.release import Outcome

# QRS keeps milliseconds; what comes back from the queue may have lost trailing digits.
_SAME = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a license of a message does not go, with what was expected and what was found."""

    outcome: Outcome
    detail: str


def reason_to_keep(
    expected: Candidate,
    found: AccessLicense | None,
    user: User | None,
    policy: ReleasePolicy,
    now: datetime,
) -> Kept | None:
    """Why this license must not be deleted now; None when it is still to go."""
    if found is None:
        return Kept(Outcome.ALREADY_GONE, "the license does not exist any more")
    return _changed(expected, found) or _kept_by_policy(found, user, policy, now)


def _changed(expected: Candidate, found: AccessLicense) -> Kept | None:
    if found.quarantined:
        return Kept(Outcome.KEPT_QUARANTINED, f"in quarantine until {found.quarantine_end}")
    holder = found.user.id if found.user else None
    if holder != expected.user_id:
        return Kept(
            Outcome.KEPT_REASSIGNED, f"expected user {expected.user_id}, found user {holder}"
        )
    if _later(found.last_used, expected.last_used):
        return Kept(
            Outcome.KEPT_USED_SINCE,
            f"expected last use {expected.last_used}, found last use {found.last_used}",
        )
    if _differs(found.last_used, expected.last_used) or (
        expected.modified and _differs(found.modified, expected.modified)
    ):
        return Kept(
            Outcome.KEPT_CHANGED,
            f"expected last use {expected.last_used} and modification {expected.modified},"
            f" found {found.last_used} and {found.modified}",
        )
    return None


def _kept_by_policy(
    found: AccessLicense, user: User | None, policy: ReleasePolicy, now: datetime
) -> Kept | None:
    decision = decide(found, user, policy, now)
    if decision.action is Action.RELEASE:
        return None
    detail = f"{decision.reason}: {decision.value}"
    if decision.reason is Reason.USER_NOT_VISIBLE:
        return Kept(Outcome.KEPT_USER_NOT_VISIBLE, detail)
    protected = decision.reason.startswith("never_release")
    return Kept(Outcome.KEPT_PROTECTED if protected else Outcome.KEPT_BY_POLICY, detail)


def _later(found: datetime | None, expected: datetime | None) -> bool:
    if found is None:
        return False
    return expected is None or found - expected >= _SAME


def _differs(found: datetime | None, expected: datetime | None) -> bool:
    if found is None or expected is None:
        return found is not expected
    return abs(found - expected) >= _SAME
