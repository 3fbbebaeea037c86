"""Spans by the OpenTelemetry API: no-ops unless whoever runs the app has set a tracer up."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_TRACE_PARENT = "traceparent"


class OpenTelemetrySpan:
    """A span under way."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def trace_parent(self) -> str:
        """Its W3C traceparent; empty when nothing records it."""
        if not self._span.is_recording():
            return ""
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, trace.set_span_in_context(self._span))
        return carrier.get(_TRACE_PARENT, "")

    def note(self, name: str, value: str | float) -> None:
        """Set an attribute."""
        self._span.set_attribute(name, value)

    def link(self, trace_parent: str) -> None:
        """Point to another span; a text that is no traceparent is left out."""
        there = TraceContextTextMapPropagator().extract({_TRACE_PARENT: trace_parent})
        context = trace.get_current_span(there).get_span_context()
        if trace_parent and context.is_valid:
            self._span.add_link(context)

    def failed(self, kind: str, text: str, traceback: str) -> None:
        """Say that the work ended with an exception."""
        details = {
            "exception.type": kind,
            "exception.message": text,
            "exception.stacktrace": traceback,
        }
        self._span.add_event("exception", details)
        self._span.set_status(Status(StatusCode.ERROR, text))

    def end(self) -> None:
        """End it."""
        self._span.end()

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make it the parent of what begins inside the block, and end it with the block."""
        with trace.use_span(
            self._span, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            yield


class Tracer:
    """Starts spans."""

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("steward")

    def start(self, name: str) -> OpenTelemetrySpan:
        """A span inside the current one, which it does not replace."""
        return OpenTelemetrySpan(self._tracer.start_span(name))
