"""When a pool of licenses runs out: a date, how sure it is, or "not enough history"."""

from shared.domain.forecast.forecast import available_ahead, forecast_run_out
from shared.domain.forecast.model import (
    Ahead,
    Dropped,
    Forecast,
    NotEnoughHistory,
    Observation,
    RunOut,
)

__all__ = [
    "Ahead",
    "Dropped",
    "Forecast",
    "NotEnoughHistory",
    "Observation",
    "RunOut",
    "available_ahead",
    "forecast_run_out",
]
