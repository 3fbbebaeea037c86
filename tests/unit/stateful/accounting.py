"""The end of every story: drain the queue in a healthy world, account for everything, run twice."""

from dataclasses import replace

from tests.unit.stateful.app import App
from tests.unit.stateful.world import OPEN, World, licenses_in

MOST_DELIVERIES = 300
MOST_STEPS = 3000


def drain(app: App) -> None:
    """Heal the world, let every worker finish and deliver all that waits."""
    world = app.world
    world.down = False
    world.switches = replace(OPEN, approval_required=world.switches.approval_required)
    for worker in list(app.workers):
        finish(app, worker)
    for _ in range(MOST_DELIVERIES):
        if not world.queue.waiting():
            return
        if not world.queue.visible():
            until = min(x.visible_at for x in world.queue.waiting())
            world.at(until)
        finish(app, app.deliver(world.queue.visible()[0]))
    raise AssertionError("the queue does not become empty")


def finish(app: App, worker: object) -> None:
    """Let a worker take all its steps without any fault."""
    for _ in range(MOST_STEPS):
        found = next((x for x in app.workers if x is worker), None)
        if found is None:
            return
        app.go_on(found)
    raise AssertionError("a worker does not come to an end")


def account(world: World, *, at_the_end: bool) -> None:
    """Every license of every consumed message has a row, waits in the queue, or was refused."""
    refused = licenses_in([x.body for x in world.ledger.messages])
    queued = licenses_in([x.body for x in world.queue.waiting()])
    known = refused | queued | (world.orphans if at_the_end else set())
    for key in licenses_in([x.body for x in world.queue.consumed()]) - known:
        row = world.ledger.rows.get(key)
        assert row, f"nobody knows what became of {key}"
        if at_the_end:
            final = row.outcome.is_settled or row.outcome.is_kept
            assert final, f"{key} was left as {row.outcome}"
    if at_the_end:
        _account_for_deletions(world, refused | world.orphans)


def _account_for_deletions(world: World, unconfirmed: set[tuple[str, str]]) -> None:
    """Whatever went by us is recorded as gone, and can be given back: the audit has its image."""
    for deletion in world.deletions:
        key = (deletion.plan_id, deletion.license_id)
        images = [
            x.before for x in world.ledger.audit if (x.plan_id, x.license_id) == key and x.before
        ]
        assert images, f"{key} went without a before-image"
        row = world.ledger.rows[key]
        given_back = deletion.license_id in world.site.given  # by an admin, before we looked again
        told = row.outcome.is_release or given_back or key in unconfirmed
        assert told, f"{key} went and is recorded as {row.outcome}"


def run_everything_again(app: App) -> None:
    """Twice is once: a message may still take up what a fault held back, and then adds nothing.

    Points are compared as a set, for writing one again changes nothing.
    """
    for body in [x.body for x in app.world.queue.messages]:
        _deliver_and_drain(app, body)
        once = _traces(app.world)
        _deliver_and_drain(app, body)
        assert _traces(app.world) == once


def _deliver_and_drain(app: App, body: str) -> None:
    finish(app, app.deliver(app.world.queue.add(body)))
    drain(app)


def _traces(world: World) -> tuple[object, ...]:
    return (
        dict(world.site.licenses),
        list(world.deletions),
        {key: row.outcome for key, row in world.ledger.rows.items()},
        {repr(point) for point in world.points.written},
        len(world.notifier.notices),
        dict(world.ledger.states),
    )
