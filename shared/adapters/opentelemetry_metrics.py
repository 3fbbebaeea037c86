"""Events as OpenTelemetry metrics, by the catalogue in `shared.domain.metrics`.

Only the API is used: whoever runs the app (the Functions worker) decides where numbers go.
"""

from collections.abc import Callable, Mapping

from opentelemetry import metrics

from shared.domain.events import Event
from shared.domain.metrics import METRICS, Metric, MetricKind

type _Put = Callable[[float, Mapping[str, str]], None]


class EventMetrics:
    """Makes numbers of events."""

    def __init__(self) -> None:
        self._meter = metrics.get_meter("steward")
        self._put: dict[str, _Put] = {}

    def record(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Count the event; a number that is not known is left out."""
        for metric in METRICS:
            if metric.event is event:
                self._record(metric, dimensions)

    def _record(self, metric: Metric, dimensions: Mapping[str, object]) -> None:
        number = dimensions[metric.dimension] if metric.dimension else 1
        if not isinstance(number, int | float):
            return
        series = {name: str(dimensions[name]) for name in metric.attributes}
        if metric.name not in self._put:
            self._put[metric.name] = self._instrument(metric)
        self._put[metric.name](number, {**series, **metric.fixed})

    def _instrument(self, metric: Metric) -> _Put:
        if metric.kind is MetricKind.GAUGE:
            gauge = self._meter.create_gauge(metric.name, metric.unit, metric.meaning)
            return lambda number, series: gauge.set(number, series)
        counter = self._meter.create_counter(metric.name, metric.unit, metric.meaning)
        return lambda number, series: counter.add(number, series)
