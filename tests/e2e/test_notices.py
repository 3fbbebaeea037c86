"""The webhook end to end: a real server hears of marks, of plans that wait and of releases."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.conftest import StartSteward
from tests.e2e.expectations import named_by_the_policy, planned
from tests.integration.webhook.receiver import Answer, Receiver, receiver

TAKEN = Answer(202)


def webhook(hears: Receiver, folder: Path) -> dict[str, str]:
    """The settings that name the receiver; its address is a secret, so it is in a file."""
    path = folder / "webhook.url"
    path.write_text(hears.url)
    return {"WEBHOOK__URL_FILE": str(path)}


def notices(hears: Receiver) -> list[dict[str, Any]]:
    """What it heard."""
    return [json.loads(body) for body in hears.bodies]


async def test_people_hear_that_licenses_went(steward: StartSteward, tmp_path: Path) -> None:
    """One notice a message; the numbers add up to what the site lost."""
    with receiver(TAKEN) as hears:
        app = await steward(webhook(hears, tmp_path))
        messages = await planned(app)
        await app.drain()
        heard = notices(hears)
    assert [notice["event"] for notice in heard] == ["licenses.released"] * len(messages)
    assert sum(notice["figures"]["released"] for notice in heard) == len(app.deleted())
    assert {notice["figures"]["plan"] for notice in heard} == {messages[0]["plan_id"]}


async def test_people_hear_of_marks_and_of_a_plan_that_waits(
    steward: StartSteward, tmp_path: Path
) -> None:
    """Before anything goes: marked for their days of grace, or waiting for approval."""
    with receiver(TAKEN) as hears:
        app = await steward({**webhook(hears, tmp_path), "LICENSE_RELEASE__GRACE_DAYS": "7"})
        marked = len(named_by_the_policy(app))
        assert await planned(app) == []
        app = await steward({**webhook(hears, tmp_path), "LICENSE_RELEASE__APPROVAL": "required"})
        assert await planned(app) == []
        heard = notices(hears)
    assert [notice["event"] for notice in heard] == ["licenses.marked", "plan.waiting"]
    assert heard[0]["title"].startswith(f"{marked} licenses marked")


async def test_a_webhook_that_refuses_stops_nothing(steward: StartSteward, tmp_path: Path) -> None:
    """An event says so, without the address; the licenses went."""
    with receiver(Answer(403)) as hears:
        app = await steward(webhook(hears, tmp_path))
        expected = named_by_the_policy(app)
        await planned(app)
        drained = await app.drain()
    assert drained.failed == 0
    assert app.deleted() == expected
    assert "webhook.failed" in app.events()
    assert "s3cr3t" not in "".join(str(line) for line in app.logs)
