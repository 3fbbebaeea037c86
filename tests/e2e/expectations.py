"""What a test expects of the app: who should lose a license, and what became of each."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from local.demo_site.records import LicenseType
from shared.domain.release import Outcome
from tests.e2e.conftest import Steward
from tests.naive_reading import licenses_to_release

# The seed document's policy, in its own form.
SEED: dict[str, Any] = {
    "neverRelease": {
        "user": [
            {"userDir": "INTERNAL", "userId": "sa_repository"},
            {"userDir": "INTERNAL", "userId": "sa_api"},
            {"userDir": "USERDIR", "userId": "qs_admin_account"},
        ],
        "tag": ["License do not release", "some other tag"],
        "customProperty": [{"name": "LicenseManage", "value": "do-not-release"}],
        "userDirectory": ["INTERNAL", "ADMIN"],
        "inactive": "Ignore",
        "blocked": "Ignore",
        "removedExternally": "ignore",
    },
    "licenseType": {
        "analyzer": {"enable": True, "releaseThresholdDays": 30},
        "professional": {"enable": True, "releaseThresholdDays": 30},
    },
}


def named_by_the_policy(app: Steward, config: dict[str, Any] = SEED) -> set[str]:
    """What the naive reading of the rules names, from the site's own JSON."""
    licenses = {t: app.rows(f"license/{t}accesstype/full") for t in ("analyzer", "professional")}
    return licenses_to_release(licenses, app.rows("user/full"), config, datetime.now(UTC))


async def planned(app: Steward) -> list[dict[str, Any]]:
    """Make a plan; the messages that are in the queue now."""
    result = await app.run("plan_releases")
    assert result.succeeded, result.error
    return app.queued()


async def drain_until(app: Steward, done: Callable[[], bool]) -> None:
    """Work the queues until something is so; messages that wait for their time stay there."""
    draining = asyncio.create_task(app.host.drain_queues(timedelta(seconds=60)))
    while not (done() or draining.done()):  # noqa: ASYNC110 - nothing tells of all of these
        await asyncio.sleep(0.1)
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining
    assert done()


def ids_in(messages: list[dict[str, Any]]) -> list[str]:
    """The ids of the licenses that messages name, in their order."""
    return [item["license_id"] for message in messages for item in message["licenses"]]


def kill_worker(app: Steward) -> None:
    """End the worker as the kernel does when memory is short."""
    if app.host.worker_pid:
        os.kill(app.host.worker_pid, signal.SIGKILL)


def type_of(app: Steward, license_id: str) -> LicenseType:
    """The access type of a license that is at the site."""
    return next(kind for kind in LicenseType if app.site.world.license(kind, license_id))


def holder(app: Steward, license_id: str) -> str:
    """The account that holds a license which is at the site."""
    held = app.site.world.license(type_of(app, license_id), license_id)
    assert held
    assert held.user
    return held.user.account


async def outcomes(app: Steward) -> dict[str, Outcome]:
    """What the ledger says became of each license; a license has one plan in these tests."""
    records = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    assert len({record.license_id for record in records}) == len(records)
    return {record.license_id: record.outcome for record in records}


async def assert_released_once(app: Steward, expected: set[str]) -> None:
    """Exactly these licenses are gone, each was taken once, recorded and audited."""
    taken = Counter(deletion.license_id for deletion in app.site.world.deleted)
    assert taken == Counter(expected)
    assert await outcomes(app) == dict.fromkeys(expected, Outcome.RELEASED)
    records = await app.ledger.recent_releases(datetime.now(UTC) - timedelta(hours=1))
    assert all(record.before and record.finished_at for record in records)
    for record in records[:3]:
        trail = [
            entry.happened for entry in await app.ledger.audit_of(record.plan_id, record.license_id)
        ]
        assert {"releasing", "released"} <= set(trail)
