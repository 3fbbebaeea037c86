"""Reading the pools of now, and the forecast of what was collected."""

from datetime import timedelta

import pytest

from shared.domain.errors import QrsAnswerError, QrsUnavailableError
from shared.domain.forecast import NotEnoughHistory, RunOut
from shared.domain.model import AccessTypeOverview, ServerLicense, UsageSnapshot
from shared.domain.pools import PoolName
from shared.usecases.read_forecast import NoUsageError, ReadForecast
from shared.usecases.read_usage import ReadUsage
from tests.unit.build import ANALYZER, NOW, a_license, a_pool
from tests.unit.fakes import FakeSite, ManualTime, MemoryLedger


class Reserved(FakeSite):
    """A site that tells its counts, and nothing else."""

    async def server_license(self) -> ServerLicense | None:
        """Not told."""
        raise QrsAnswerError("The license is not told.")

    async def site_version(self) -> str:
        """Not told."""
        raise QrsUnavailableError("The version is not told.")


async def test_the_counts_are_read_and_what_else_there_is() -> None:
    """As of now."""
    site = FakeSite()
    site.add(a_license(1), a_license(2))
    found = await ReadUsage("prod", site, ManualTime())()
    assert found.snapshot.overview.pools[ANALYZER].allocated == 2
    assert (found.snapshot.taken_at, found.remarks) == (NOW, ())


async def test_what_is_not_told_does_not_cost_the_counts() -> None:
    """It is remarked upon."""
    site = Reserved()
    site.add(a_license(1))
    found = await ReadUsage("prod", site, ManualTime())()
    assert found.remarks == ("The license is not told.", "The version is not told.")
    assert found.snapshot.server_license == ServerLicense(None, None)


async def collected(days: int) -> MemoryLedger:
    """So many days of history, a license fewer each day."""
    ledger = MemoryLedger()
    for day in range(days, -1, -1):
        pool = a_pool(100 - day, available=day)
        overview = AccessTypeOverview({ANALYZER: pool})
        taken = UsageSnapshot("prod", NOW - timedelta(days=day), overview, None, "")
        await ledger.save_usage(taken)
    return ledger


async def test_a_forecast_is_made_of_the_history() -> None:
    """For every pool that can have one."""
    found = await ReadForecast(await collected(40), ManualTime())()
    forecast = found.forecasts[PoolName.ANALYZER]
    assert isinstance(forecast, RunOut)
    assert found.read_at == NOW
    assert [pool.name for pool in found.pools] == [PoolName.ANALYZER]


async def test_too_little_history_says_so() -> None:
    """Rather than a date out of thin air; none at all is an error."""
    found = await ReadForecast(await collected(3), ManualTime())()
    assert isinstance(found.forecasts[PoolName.ANALYZER], NotEnoughHistory)
    with pytest.raises(NoUsageError, match="No usage was collected yet"):
        await ReadForecast(MemoryLedger(), ManualTime())()
