"""What a trace shows: a plan, the messages that point to it, and each license on its way."""

import pytest

from shared.domain import spans
from shared.domain.errors import QrsDeniedError, QrsUnavailableError
from shared.domain.plan import PlanStatus
from shared.domain.release import DeleteAnswer
from shared.domain.spans import PlanTrace
from shared.usecases.release_licenses import ReleaseUnfinishedError
from tests.unit.build import a_license
from tests.unit.fakes import RecordedSpan, RecordingTelemetry
from tests.unit.usecases.release_world import ReleaseWorld
from tests.unit.usecases.test_plan_releases import World as PlanningWorld

HERE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
THERE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def traced() -> RecordingTelemetry:
    """Telemetry that keeps a trace."""
    return RecordingTelemetry(trace_parent=HERE)


def licenses_of(world: ReleaseWorld) -> list[RecordedSpan]:
    """The spans of licenses."""
    return [span for span in world.telemetry.spans if span.kind is spans.RELEASE_LICENSE]


def settled(world: ReleaseWorld) -> list[tuple[object, object]]:
    """Outcomes and numbers, as told so far."""
    return [
        (dims["outcome"], dims["licenses"])
        for name, dims in world.telemetry.events
        if name == "release.settled"
    ]


async def test_a_plan_is_kept_with_its_place_in_the_trace() -> None:
    """Its span says what came of it."""
    world = PlanningWorld(telemetry=traced())
    world.site.add(a_license(1))
    plan = (await world.plan()).plan
    assert plan is not None
    assert await world.ledger.state(PlanTrace, plan.plan_id) == PlanTrace(HERE)
    (span,) = world.telemetry.spans
    assert span.kind is spans.PLAN_RELEASES
    assert span.attributes == {
        "site": "prod",
        "plan_id": plan.plan_id,
        "status": PlanStatus.QUEUED.value,
        "released": len(plan.released),
        "messages": 0,
    }


async def test_without_a_trace_the_ledger_is_not_asked_for_one() -> None:
    """Telemetry that is off costs nothing."""
    world = PlanningWorld()
    world.site.add(a_license(1))
    await world.plan()
    assert not [key for key in world.ledger.states if key[0] == "PlanTrace"]


async def test_a_message_points_to_its_plan() -> None:
    """By what the ledger keeps, for the message itself has no field for it."""
    world = ReleaseWorld(telemetry=traced())
    await world.ledger.change_state(PlanTrace, "p1", lambda _: PlanTrace(THERE))
    await world.release()
    message = world.telemetry.spans[0]
    assert (message.kind, message.links) == (spans.RELEASE_MESSAGE, [THERE])
    assert message.attributes["plan_id"] == "p1"
    assert message.people == {world.planned[0].account}


async def test_a_plan_of_an_older_version_has_no_place_to_point_to() -> None:
    """Its message is worked as always."""
    world = ReleaseWorld(telemetry=traced())
    await world.release()
    assert world.telemetry.spans[0].links == []


async def test_each_license_has_a_span_that_ends_with_what_became_of_it() -> None:
    """Named by its id, and how many DELETEs it took; never its holder."""
    world = ReleaseWorld([a_license(1), a_license(2)])
    world.site.answers = [DeleteAnswer.LOST]
    await world.release()
    told = {
        span.attributes["license_id"]: (span.attributes["deletes"], span.attributes["outcome"])
        for span in licenses_of(world)
    }
    first, second = (license_.id for license_ in world.planned)
    assert told == {first: (2, "released"), second: (1, "released")}
    assert all(span.ended for span in world.telemetry.spans)


async def test_a_license_that_nobody_could_confirm_ends_as_releasing() -> None:
    """QRS went away after the DELETE; the span does not stay open, and nothing is counted."""
    world = ReleaseWorld()

    def go_away(license_id: str) -> None:
        async def gone(*_: object) -> dict[str, object]:
            raise QrsUnavailableError("no answer")

        world.site.access_licenses_by_id = gone  # type: ignore[method-assign,assignment]

    world.site.before_delete = go_away
    with pytest.raises(QrsUnavailableError):
        await world.release()
    (span,) = licenses_of(world)
    assert (span.attributes["outcome"], span.ended) == ("releasing", True)
    assert settled(world) == []
    assert isinstance(world.telemetry.spans[0].error, QrsUnavailableError)


async def test_what_was_settled_is_counted_once_however_often_the_message_comes() -> None:
    """A second delivery counts only what it settles itself; a failure counts at each try."""
    world = ReleaseWorld([a_license(n) for n in (1, 2, 3)])
    world.site.answers = [QrsDeniedError("no rights")]
    with pytest.raises(ReleaseUnfinishedError):
        await world.release()
    assert sorted(settled(world), key=str) == [("failed", 1), ("released", 2)]
    await world.release()
    await world.release()
    assert sorted(settled(world), key=str) == [("failed", 1), ("released", 1), ("released", 2)]
