"""When a pool of licenses runs out: a date, how sure it is, or "not enough history"."""

from shared.domain.forecast.forecast import forecast_run_out
from shared.domain.forecast.model import Dropped, Forecast, NotEnoughHistory, Observation, RunOut

__all__ = [
    "Dropped",
    "Forecast",
    "NotEnoughHistory",
    "Observation",
    "RunOut",
    "forecast_run_out",
]
