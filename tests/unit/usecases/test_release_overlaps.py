"""Two deliveries of a message that overlap, and others who take a license: who is credited."""

import pytest

from shared.domain.budget import DailyBudget
from shared.domain.errors import QrsDeniedError
from shared.domain.limits import Limits
from shared.domain.release import Outcome
from tests.unit.build import NOW, guid
from tests.unit.usecases.release_world import ReleaseWorld, licenses


class WorkerDiedError(BaseException):
    """Stands for the end of the process: nothing after it is executed."""


async def test_a_license_that_a_dead_worker_reserved_is_not_counted_again() -> None:
    """The delivery that takes over finds the license in the day's budget already."""
    world = ReleaseWorld(licenses(1), limits=Limits(1, 100))
    world.site.add(*licenses(3)[1:])

    def die(_: str) -> None:
        raise WorkerDiedError

    world.site.before_delete = die
    with pytest.raises(WorkerDiedError):
        await world.release()
    world.site.before_delete = lambda _: None
    assert (await world.release()).outcomes == {Outcome.RELEASED: 1}
    budget = await world.ledger.state(DailyBudget, NOW.date().isoformat())
    assert budget
    assert budget.total() == 1


async def test_a_license_that_somebody_takes_after_qrs_refused_us_is_not_our_release() -> None:
    """The refusal took nothing, so it was somebody else: already gone, and no point."""
    world = ReleaseWorld(licenses(1))
    world.site.answers = [QrsDeniedError("no rights to delete")]
    world.site.before_delete = lambda license_id: world.site.licenses.clear()
    run = await world.release()
    assert run.outcomes == {Outcome.ALREADY_GONE: 1}
    assert world.points.written == []
    assert guid(1) not in world.site.deleted
