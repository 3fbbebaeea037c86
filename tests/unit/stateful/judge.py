"""What speaks against a DELETE: the rules once more, in other words than the code's.

The window: a worker knows the site as its latest look showed it. What changes between that look
and its DELETE of the same batch can't be known (a DELETE takes no version: QRS fact 2d), so each
DELETE is judged at the moment when it is sent, by what that look showed. The switches, which are
the app's own, are judged as they are at that moment. A release that was recorded before the worker
recalled the ledger must not be sent again.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.domain.messages import Candidate
from shared.domain.model import AccessLicense, User
from shared.domain.release import Outcome
from tests.unit.stateful.worker import Look, Worker
from tests.unit.stateful.world import PROTECTING_TAG, World

SETTLED = (Outcome.RELEASED, Outcome.RELEASED_TO_QUARANTINE, Outcome.ALREADY_GONE)


def objections(world: World, worker: Worker, license_id: str) -> Iterator[str]:
    """Why this worker must not send this DELETE now; nothing when it may."""
    if worker.message is None:
        yield "its message can't be read"
        return
    expected = {item.license_id: item for item in worker.message.licenses}.get(license_id)
    if expected is None:
        yield "it is not in the worker's message"
        return
    yield from _orders(world, worker, license_id)
    look = worker.look
    if look is None or license_id not in look.rows:
        yield "the latest look did not show the license"
        return
    yield from _of_look(world, worker, look, expected)


def _orders(world: World, worker: Worker, license_id: str) -> Iterator[str]:
    switches = world.switches
    if switches.stop or switches.dry_run or not (switches.enabled and switches.confirmed):
        yield "a switch is closed"
    if not worker.approved:
        yield "the plan needs an approval and has none"
    if worker.message and worker.started_at >= worker.message.expires_at:
        yield "the message has expired"
    if worker.steps.dead:
        yield "the worker is dead"
    known = worker.recalled.get(license_id)
    if known and known.outcome in SETTLED:
        yield f"the ledger had it as {known.outcome} when the worker began"


def _of_look(world: World, worker: Worker, look: Look, expected: Candidate) -> Iterator[str]:
    row = look.rows[expected.license_id]
    if row.id in look.sent:
        yield "its license was not read again since the last DELETE"
    if row.quarantined:
        yield "it is in quarantine"
    if (row.last_used, row.modified) != (expected.last_used, expected.modified):
        yield "it was used or changed since the plan"
    if row.user is None or row.user.id != expected.user_id:
        yield "it was re-assigned since the plan"
        return
    if not unused(row, worker.policy.threshold_days[row.license_type], look.at):
        yield "it was used within the threshold"
    if protected(look.users.get(row.user.id)):
        yield "its user is protected or was not looked at"
    if not any(
        (e.plan_id, e.license_id, e.happened, e.before)
        == (worker.plan_id, row.id, "releasing", row)
        for e in world.ledger.audit
    ):
        yield "the audit has no before-image of it as it was looked at"


def unused(row: AccessLicense, threshold_days: int, now: datetime) -> bool:
    """True when the license was not used, or never used and not assigned, within the threshold."""
    since = row.last_used or row.created
    return since is not None and now >= since + timedelta(days=threshold_days)


def protected(user: User | None) -> bool:
    """True for a user that is inactive or tagged, and for one that nobody saw."""
    if user is None or user.inactive:
        return True
    return any(tag.casefold() == PROTECTING_TAG for tag in user.tags)
