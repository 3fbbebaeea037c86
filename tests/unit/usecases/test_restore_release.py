"""Giving a license back: once, confirmed by reading, whichever way QRS takes."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.errors import QrsDeniedError, QrsUnavailableError
from shared.domain.model import AccessLicense
from shared.domain.release import (
    AllocateAnswer,
    AllocateKind,
    BadReleaseIdError,
    Outcome,
    ReleaseRecord,
)
from shared.domain.restore import How
from shared.usecases.restore_release import (
    Restored,
    RestoreRefusedError,
    RestoreRelease,
    UnknownReleaseError,
)
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_user, guid
from tests.unit.fakes import FakeSite, ManualTime, MemoryLedger, RecordingTelemetry

ACCEPTED = AllocateAnswer(AllocateKind.ACCEPTED)
REFUSED = AllocateAnswer(AllocateKind.REFUSED, "400 <BrokenRules>")
LOST = AllocateAnswer(AllocateKind.LOST, "the connection was cut")
QUARANTINED = replace(
    a_license(1), quarantined=True, quarantine_end=NOW + timedelta(days=4), modified=NOW
)


def a_release(outcome: Outcome = Outcome.RELEASED) -> ReleaseRecord:
    """What the ledger says of license 1 under plan p~1."""
    return ReleaseRecord(
        site="prod",
        plan_id="p~1",
        license_id=guid(1),
        license_type=ANALYZER,
        user_id=a_user(1).id,
        account="LAB\\user1",
        outcome=outcome,
        detail="gone when read again: free now",
        started_at=NOW - timedelta(hours=1),
        before=a_license(1),
    )


RELEASE_ID = a_release().release_id


@dataclass
class World:
    """A site whose user 1 lost a license, and somebody who gives it back."""

    outcome: Outcome = Outcome.RELEASED
    held: AccessLicense | None = None
    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    time: ManualTime = field(default_factory=ManualTime)

    async def restore(self, release_id: str = RELEASE_ID) -> Restored:
        """Restore once."""
        if not self.ledger.rows:
            await self.ledger.save_releases([a_release(self.outcome)])
            self.site.add(*([self.held] if self.held else []), users=[a_user(1)])
        restore = RestoreRelease("prod", self.site, self.ledger, self.telemetry, self.time)
        return await restore(release_id, "anna")

    def audited(self) -> list[str]:
        """What the audit says, in order."""
        return [entry.happened for entry in self.ledger.audit]


async def test_who_holds_nothing_is_allocated_a_license() -> None:
    """It is read afterwards, told, and written down with who asked; the release's row stays."""
    world = World()
    restored = await world.restore()
    assert (restored.how, restored.license.id) == (How.RESTORED, world.site.given[0])
    assert world.ledger.rows["p~1", guid(1)] == a_release()
    assert world.audited() == ["restoring", "restored"]
    entry = world.ledger.audit[-1]
    assert (entry.actor, entry.license_id, entry.before) == ("anna", guid(1), None)
    assert restored.license.id in entry.detail
    assert RELEASE_ID in entry.decision
    assert world.telemetry.events == [
        (
            "release.restored",
            {"site": "prod", "plan_id": "p~1", "license_type": "analyzer", "how": "restored"},
        )
    ]


async def test_restoring_twice_changes_nothing() -> None:
    """The second time the user holds one, and nothing is sent, written down or told."""
    world = World()
    first = await world.restore()
    audited, told = world.audited(), world.telemetry.names()
    second = await world.restore()
    assert (second.how, second.license) == (How.ALREADY_HELD, first.license)
    assert "nothing to do: the user holds an analyzer license in force" in second.detail
    assert len(world.site.given) == 1
    assert (world.audited(), world.telemetry.names()) == (audited, told)


async def test_a_quarantined_license_is_reinstated() -> None:
    """The very license comes back, no other is taken, and the audit has it as it was."""
    world = World(Outcome.RELEASED_TO_QUARANTINE, QUARANTINED)
    restored = await world.restore()
    assert (restored.how, restored.license.id) == (How.REINSTATED, guid(1))
    assert "out of quarantine" in restored.detail
    assert world.site.free == 10
    assert world.ledger.audit[-1].before == QUARANTINED
    assert world.telemetry.events[0][1]["how"] == "reinstated"


@pytest.mark.parametrize("put", [ACCEPTED, REFUSED], ids=["without effect", "refused"])
async def test_where_a_quarantine_can_not_be_ended_a_license_is_allocated(
    put: AllocateAnswer,
) -> None:
    """Nobody documents which of the two ways QRS takes, so the second is tried too."""
    world = World(Outcome.RELEASED_TO_QUARANTINE, QUARANTINED)
    world.site.gift_answers = [put]
    restored = await world.restore()
    assert (restored.how, restored.license.id) == (How.REINSTATED, guid(1))


async def test_a_new_license_beside_a_quarantined_one_is_said_to_be_new() -> None:
    """What came back is told by ids, not by what was tried."""
    world = World(Outcome.RELEASED_TO_QUARANTINE, QUARANTINED)
    world.site.gift_answers = [REFUSED, ACCEPTED]
    new = a_license(2, user=a_user(1))
    restore = RestoreRelease(
        "prod", _GivesBeside(world.site, new), world.ledger, world.telemetry, world.time
    )
    await world.ledger.save_releases([a_release(world.outcome)])
    world.site.add(QUARANTINED, users=[a_user(1)])
    restored = await restore(RELEASE_ID, "anna")
    assert (restored.how, restored.license.id) == (How.RESTORED, guid(2))


class _GivesBeside(FakeSite):
    """A site where POST makes a second record for the user."""

    def __init__(self, like: FakeSite, new: AccessLicense) -> None:
        super().__init__(like.licenses, like.all_users, gift_answers=like.gift_answers)
        self.new = new

    async def allocate(self, license_type: object, user_id: str) -> AllocateAnswer:
        self.licenses = {**self.licenses, self.new.id: self.new}
        return ACCEPTED


async def test_a_refusal_has_the_words_of_qrs_and_what_to_do() -> None:
    """No license is free: that is said, written down and told; the user has none."""
    world = World()
    world.site.free = 0
    with pytest.raises(RestoreRefusedError, match=r"<BrokenRules>.* No analyzer license is free"):
        await world.restore()
    assert world.audited() == ["restoring", "restore_refused"]
    assert "<BrokenRules>" in world.ledger.audit[-1].detail
    assert world.telemetry.names() == ["release.restore_refused"]
    assert "user1" not in str(world.telemetry.events[0][1])


async def test_a_user_who_is_deleted_gets_no_license() -> None:
    """The error says that it is the user who is missing."""
    world = World()
    await world.ledger.save_releases([a_release()])
    with pytest.raises(RestoreRefusedError, match="deleted, or not visible"):
        await world.restore()


async def test_a_refused_restore_can_be_tried_again() -> None:
    """Once a license is free, the same call gives it."""
    world = World()
    world.site.free = 0
    with pytest.raises(RestoreRefusedError):
        await world.restore()
    world.site.free = 1
    world.time.now += timedelta(minutes=1)
    assert (await world.restore()).how is How.RESTORED
    assert world.audited() == ["restoring", "restore_refused", "restoring", "restored"]


async def test_when_both_ways_fail_both_are_told() -> None:
    """With the end of the quarantine, after which a license is free again."""
    world = World(Outcome.RELEASED_TO_QUARANTINE, QUARANTINED)
    world.site.gift_answers = [ACCEPTED, REFUSED]
    with pytest.raises(RestoreRefusedError) as refused:
        await world.restore()
    assert "nothing came of it" in str(refused.value)
    assert "<BrokenRules>" in str(refused.value)
    assert "quarantine until 2026-11-26" in str(refused.value)


async def test_a_lost_answer_that_was_carried_out_is_found_by_reading() -> None:
    """Nothing is sent a second time."""
    world = World()
    restore = RestoreRelease("prod", _LosesAnswers(), world.ledger, world.telemetry, world.time)
    await world.ledger.save_releases([a_release()])
    assert isinstance(restore.qrs, _LosesAnswers)
    restore.qrs.add(users=[a_user(1)])
    assert (await restore(RELEASE_ID, "anna")).how is How.RESTORED
    assert len(restore.qrs.given) == 1


class _LosesAnswers(FakeSite):
    """A site that gives the license, and whose answer never comes."""

    async def allocate(self, license_type: object, user_id: str) -> AllocateAnswer:
        self.give(ANALYZER, user_id)
        return LOST


@pytest.mark.parametrize("held", [None, QUARANTINED], ids=["allocating", "reinstating"])
async def test_a_lost_answer_without_effect_ends_it(held: AccessLicense | None) -> None:
    """It may still be carried out, so nothing else is sent; restoring again reads first."""
    world = World(held=held)
    world.site.gift_answers = [LOST]
    with pytest.raises(QrsUnavailableError, match="restore again"):
        await world.restore()
    assert world.site.given == []
    assert world.audited() == ["restoring"]
    assert (await world.restore()).how in (How.RESTORED, How.REINSTATED)
    assert len(world.site.given) == 1


async def test_a_qrs_that_denies_it_is_reported_as_such() -> None:
    """An account without rights is not "refused": the error names what to look at."""
    world = World()
    world.site.gift_answers = [QrsDeniedError("403")]
    with pytest.raises(QrsDeniedError):
        await world.restore()


@pytest.mark.parametrize("outcome", [o for o in Outcome if not o.may_have_taken])
async def test_what_was_never_taken_is_not_given(outcome: Outcome) -> None:
    """QRS is not even asked."""
    world = World(outcome)
    with pytest.raises(RestoreRefusedError, match="never taken"):
        await world.restore()
    assert world.site.reads == []
    assert world.ledger.audit == []


async def test_a_release_that_was_never_confirmed_can_be_undone() -> None:
    """The worker died between DELETE and record, and the message never came again."""
    assert (await World(Outcome.RELEASING).restore()).how is How.RESTORED


async def test_a_license_of_the_other_type_does_not_count() -> None:
    """An analyzer license went, so an analyzer license is given."""
    world = World(held=a_license(7, user=a_user(1), license_type=PROFESSIONAL))
    restored = await world.restore()
    assert (restored.how, restored.license.license_type) == (How.RESTORED, ANALYZER)


@pytest.mark.parametrize("release_id", [f"p2~{guid(1)}", f"p~1~{guid(2)}"])
async def test_an_unknown_release_is_said_to_be_unknown(release_id: str) -> None:
    """The error says how to list those that there are."""
    with pytest.raises(UnknownReleaseError, match="local releases"):
        await World().restore(release_id)


@pytest.mark.parametrize(
    "text", ["", "~", guid(1), "p1", f"~{guid(1)}", "p1~anna", f"a/b~{guid(1)}", f"p\n~{guid(1)}"]
)
async def test_what_is_no_release_id_is_said_to_be_none(text: str) -> None:
    """Before anything is read."""
    world = World()
    with pytest.raises(BadReleaseIdError, match="no release id"):
        await world.restore(text)
    assert world.site.reads == []


async def test_a_release_id_may_be_pasted_with_blanks_and_capitals() -> None:
    """GUIDs are the same in any case."""
    restored = await World().restore(f"  p~1~{guid(1).upper()}\n")
    assert restored.release.release_id == RELEASE_ID
