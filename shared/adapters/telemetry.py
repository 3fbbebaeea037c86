"""Events, spans and metrics: structured log lines always, the rest when telemetry is on.

The Functions worker sets OpenTelemetry up (docs/telemetry.md). Without that nothing of it is
imported, events are log lines and spans do nothing.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.adapters.personal_names import PersonalNames, traceback_of
from shared.adapters.telemetry_scope import name_plan, plan_at_hand, scope
from shared.domain.events import Event, Level
from shared.domain.spans import SpanKind

if TYPE_CHECKING:
    from shared.adapters.opentelemetry_metrics import EventMetrics
    from shared.adapters.opentelemetry_spans import OpenTelemetrySpan, Tracer

_LEVELS = {Level.INFO: logging.INFO, Level.WARNING: logging.WARNING, Level.ERROR: logging.ERROR}
# The name under which the Azure Monitor exporter sends a log record as a custom event.
_CUSTOM_EVENT = "microsoft.custom_event.name"
_PLAN = "plan_id"
# The worker's own switches, and what it takes for true.
_SWITCHES = ("PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY", "PYTHON_ENABLE_OPENTELEMETRY")
_TRUE = frozenset({"true", "1", "t", "y", "yes"})


# They log every request at INFO: noise, ids in URLs, and a loop once logs are sent by requests.
_CHATTY = ("azure.core.pipeline.policies.http_logging_policy", "azure.identity", "httpx")
# Our loggers that do not go through an event.
PLAIN_LOGGERS = ("steward.qrs",)


@dataclass(frozen=True, slots=True)
class Signals:
    """What OpenTelemetry adds to the log lines."""

    tracer: "Tracer"
    metrics: "EventMetrics"


def open_signals(environ: Mapping[str, str]) -> Signals | None:
    """Spans and metrics if the worker's switches say so, else None."""
    if not any(environ.get(name, "").strip().lower() in _TRUE for name in _SWITCHES):
        return None
    from shared.adapters.opentelemetry_metrics import EventMetrics  # noqa: PLC0415 - cold start
    from shared.adapters.opentelemetry_spans import Tracer  # noqa: PLC0415

    return Signals(Tracer(), EventMetrics())


class WorkSpan:
    """A span of one kind; without OpenTelemetry it does nothing but check what it is given."""

    def __init__(
        self, kind: SpanKind, names: PersonalNames, recorded: "OpenTelemetrySpan | None"
    ) -> None:
        self._kind = kind
        self._names = names
        self._recorded = recorded

    @property
    def trace_parent(self) -> str:
        """Its W3C traceparent; empty when nothing records it."""
        return self._recorded.trace_parent if self._recorded else ""

    def note(self, name: str, value: str | float) -> None:
        """Set an attribute.

        Raises:
            ValueError: the catalogue knows no such attribute of this kind of span.
        """
        if name not in self._kind.attributes:
            raise ValueError(f"a span {self._kind.name!r} has no attribute {name!r}")
        if name == _PLAN:
            name_plan(str(value))
        if self._recorded:
            self._recorded.note(name, self._names.hide(value) if isinstance(value, str) else value)

    def link(self, trace_parent: str) -> None:
        """Point to the span that led to this one."""
        if self._recorded:
            self._recorded.link(trace_parent)

    def end(self) -> None:
        """End it."""
        if self._recorded:
            self._recorded.end()

    @contextmanager
    def current(self) -> Iterator[None]:
        """What begins inside is part of it; an exception is told, and goes on without names."""
        with self._recorded.current() if self._recorded else nullcontext():
            try:
                yield
            except Exception as error:
                self._names.hide_in(error)
                if self._recorded:
                    text = self._names.hide(str(error))
                    self._recorded.failed(
                        type(error).__name__, text, self._names.hide(traceback_of(error))
                    )
                raise


class LogTelemetry:
    """Writes each event as one line, `name {json}`, its dimensions also as record attributes."""

    def __init__(
        self,
        logger: logging.Logger | None = None,
        *,
        signals: Signals | None = None,
        names: PersonalNames | None = None,
    ) -> None:
        self._logger = logger or logging.getLogger("steward")
        self._signals = signals
        self._names = names or PersonalNames("")

    def emit(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Log the event, and count it.

        Raises:
            ValueError: the dimensions are not exactly those that the catalogue names.
        """
        if set(dimensions) != set(event.dimensions):
            raise ValueError(f"{event.name} takes {event.dimensions}, not {tuple(dimensions)}")
        told = {name: self._told(value) for name, value in dimensions.items()}
        text = json.dumps(told, default=str, ensure_ascii=False)
        plan = {_PLAN: plan_at_hand()} if plan_at_hand() else {}
        extra = {**plan, **told, _CUSTOM_EVENT: event.name}
        self._logger.log(_LEVELS[event.level], "%s %s", event.name, text, extra=extra)
        if self._signals:
            self._signals.metrics.record(event, told)

    @contextmanager
    def span(
        self,
        kind: SpanKind,
        attributes: Mapping[str, str | float],
        *,
        people: Iterable[str] = (),
    ) -> Iterator[WorkSpan]:
        """A span for the block; everything told inside names its plan, and none of the people."""
        with scope(str(attributes.get(_PLAN, "")), people):
            span = self.start_span(kind, attributes)
            with span.current():
                yield span

    def start_span(self, kind: SpanKind, attributes: Mapping[str, str | float]) -> WorkSpan:
        """A span inside the current one, to be ended by hand."""
        recorded = self._signals.tracer.start(kind.name) if self._signals else None
        span = WorkSpan(kind, self._names, recorded)
        for name, value in attributes.items():
            span.note(name, value)
        return span

    def _told(self, value: object) -> object:
        return self._names.hide(value) if isinstance(value, str) else value


def prepare_loggers(names: PersonalNames) -> None:
    """Let libraries log warnings and errors only, and our own plain lines no names."""
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in PLAIN_LOGGERS:
        logger = logging.getLogger(name)
        logger.filters[:] = [x for x in logger.filters if not isinstance(x, _PlainLines)]
        logger.addFilter(_PlainLines(names))


class _PlainLines(logging.Filter):
    """Hides names in the lines of a logger, and adds the plan at hand."""

    def __init__(self, names: PersonalNames) -> None:
        super().__init__()
        self._names = names

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; every record goes on."""
        record.msg, record.args = self._names.hide(record.getMessage()), ()
        if plan_at_hand():
            record.plan_id = plan_at_hand()
        return True
