"""Read the forecast: when each pool runs out, computed anew from the history in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import StewardError
from shared.domain.forecast import Forecast, forecast_run_out
from shared.domain.outlook import observations
from shared.domain.pools import Pool, PoolName, pools_of
from shared.usecases.ports import Clock, Ledger
from shared.usecases.watch_usage import HISTORY


class NoUsageError(StewardError):
    """Usage was never collected, so nothing can be told of it."""


@dataclass(frozen=True, slots=True)
class PoolForecasts:
    """The pools as they were last collected, and a forecast for those that can have one."""

    read_at: datetime
    pools: tuple[Pool, ...]
    forecasts: Mapping[PoolName, Forecast]


@dataclass(frozen=True, slots=True)
class ReadForecast:
    """Asks the ledger alone."""

    ledger: Ledger
    clock: Clock

    async def __call__(self) -> PoolForecasts:
        """The forecasts as of now.

        Raises:
            NoUsageError: usage was never collected.
            LedgerError: the ledger can't be read.
        """
        now = self.clock()
        history = await self.ledger.usage_since(now - HISTORY)
        if not history:
            raise NoUsageError(
                "No usage was collected yet: collect_usage does so by its schedule, and"
                " `usage --record` does so now."
            )
        releases = await self.ledger.recent_releases(now - HISTORY)
        forecasts = {
            pool: forecast_run_out(readings, now, renews_monthly=pool is PoolName.ANALYZER_CAPACITY)
            for pool, readings in observations(history, releases).items()
        }
        return PoolForecasts(history[-1].taken_at, pools_of(history[-1].overview), forecasts)
