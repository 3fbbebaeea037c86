"""Looking after failed messages from the command line, with the storage account alone."""

import json
from pathlib import Path

from local.demo_site import faults
from shared.domain.runs import MessageRefusal
from tests.e2e.command_line import CommandLine
from tests.e2e.conftest import StartSteward


async def test_a_message_that_a_faulty_site_poisoned_is_replayed_and_released(
    steward: StartSteward, tmp_path: Path
) -> None:
    """Listed, explained license by license, put back when the fault is gone, and worked."""
    app = await steward()
    await app.run("plan_releases")
    app.site.faults.inject(faults.login_redirect(), method="DELETE")
    planned = [row["license_id"] for message in app.queued() for row in message["licenses"]]
    poisoned = (await app.drain()).poisoned
    assert poisoned > 0
    assert app.deleted() == set()

    local = await CommandLine.of(app, tmp_path)
    listed = await local("poison", "list", "--json")
    ids = [message["message_id"] for message in listed.json()]
    assert (listed.code, len(ids)) == (0, poisoned)
    assert ids[0] in (await local("poison", "list")).out.split()
    told = (await local("poison", "explain", ids[0], "--json")).json()
    assert (told["refusal"], told["replay"]) == ("poison", "can help")
    assert all(row["recorded"]["outcome"] == "failed" for row in told["licenses"])
    shown = (await local("poison", "explain", ids[0])).out
    assert all(row["user"] in shown for row in told["licenses"])

    app.site.faults.clear()
    for message_id in ids:
        assert (await local("poison", "replay", message_id)).code == 0
    assert (await local("poison", "list", "--json")).json() == []
    drained = await app.drain()
    assert (drained.ok, drained.failed) == (poisoned, 0)
    assert app.deleted() == set(planned)

    again = await local("poison", "replay", ids[0])
    assert (again.code, again.out) == (1, "")
    assert "was replayed at" in again.err
    settled = (await local("poison", "list", "--all", "--json")).json()
    assert all(message["settled"].startswith("replayed at") for message in settled)


async def test_a_malformed_message_is_not_replayed_and_can_be_discarded(
    steward: StartSteward, tmp_path: Path
) -> None:
    """Replaying can't help, and says why; the discarded message stays on record, whole."""
    app = await steward()
    app.put('{"version": 1, "licenses": "[all]"}')
    await app.drain()
    local = await CommandLine.of(app, tmp_path)
    (message,) = (await local("poison", "list", "--json")).json()
    told = await local("poison", "explain", message["message_id"])
    assert "[all]" in told.out
    refused = await local("poison", "replay", message["message_id"])
    assert refused.code == 1
    assert "malformed" in refused.err
    assert app.queued() == []

    discarded = await local("poison", "discard", message["message_id"], "--json")
    assert discarded.json()["settled"].startswith("discarded at")
    assert "0 messages, and 1 that are settled" in (await local("poison", "list")).out
    kept = await app.ledger.refused_message(message["message_id"])
    assert kept is not None
    assert kept.refusal is MessageRefusal.MALFORMED
    assert json.loads(kept.body)["licenses"] == "[all]"


async def test_wrong_usage_and_unknown_messages_have_their_own_exit_codes(
    steward: StartSteward, tmp_path: Path
) -> None:
    """2 for usage, 1 for what can't be done, each with a sentence on stderr."""
    local = await CommandLine.of(await steward(), tmp_path)
    assert (await local("poison", "frobnicate", "m1")).code == 2
    unknown = await local("poison", "explain", "m1")
    assert (unknown.code, unknown.out) == (1, "")
    assert "poison list" in unknown.err
    local.file.write_text("{")
    broken = await local("poison", "list")
    assert broken.code == 1
    assert "not valid JSON" in broken.err
