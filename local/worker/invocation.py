"""What a worker tells its host: the functions of the app, results of calls, log lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from local.worker.typed_values import Value

type BindingValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One log record of the app or the worker, or one line that it printed.

    Attributes:
        level: DEBUG, INFO, WARNING, ERROR or CRITICAL.
        logger: name of the logger, which Azure calls the category; `stdout` or `stderr` for print.
        message: the text, without level and time.
        invocation_id: the call that it belongs to, None when that is not known.
        extra: the simple fields given as `extra=`.
        exception: the traceback, when the record has one.
    """

    level: str
    logger: str
    message: str
    invocation_id: str | None = None
    extra: Mapping[str, str | int | float | bool | None] = field(
        default_factory=dict[str, str | int | float | bool | None]
    )
    exception: str | None = None

    @property
    def is_system(self) -> bool:
        """Whether the worker itself wrote it, not the app."""
        return self.logger == "azure.functions" or self.logger.startswith("azure_functions_runtime")


@dataclass(frozen=True, slots=True)
class FunctionMetadata:
    """A function of the app.

    Attributes:
        name: unique in the app.
        function_id: the worker's own key.
        bindings: as in function.json, with `%SETTING%` unresolved.
        retry: the retry policy, None without one.
    """

    name: str
    function_id: str
    bindings: tuple[Mapping[str, BindingValue], ...]
    retry: Mapping[str, str | int | float] | None = None

    @property
    def trigger(self) -> Mapping[str, BindingValue]:
        """The binding that starts the function."""
        return next(each for each in self.bindings if str(each["type"]).endswith("Trigger"))

    @property
    def trigger_type(self) -> str:
        """For example `timerTrigger`, `queueTrigger`, `httpTrigger`."""
        return str(self.trigger["type"])


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """How a call ended.

    Attributes:
        invocation_id: the call.
        succeeded: whether the function returned without an exception.
        return_value: the value of its `$return` or http binding, None without one.
        outputs: what it gave to its output bindings, by parameter name.
        error: `Type: text` of the exception, None when it succeeded.
        stack: the traceback of the exception.
        logs: what it logged.
        trace_parent: the W3C traceparent that the call was given.
    """

    invocation_id: str
    succeeded: bool
    return_value: Value | None = None
    outputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    error: str | None = None
    stack: str = ""
    logs: tuple[LogLine, ...] = ()
    trace_parent: str = ""


@dataclass(frozen=True, slots=True)
class QueueDelivery:
    """A queue message as it was received, its text decoded.

    Attributes:
        body: content; bytes when the function's binding asks for binary.
        message_id: id in the queue.
        dequeue_count: how often it was received, this time included.
        inserted: when it was put.
        expires: when the queue drops it.
        next_visible: when it appears again unless deleted.
        pop_receipt: proof of having received it.
    """

    body: str | bytes
    message_id: str = ""
    dequeue_count: int = 1
    inserted: datetime | None = None
    expires: datetime | None = None
    next_visible: datetime | None = None
    pop_receipt: str = ""


class WorkerError(RuntimeError):
    """Something is wrong with the worker or the app that it loads."""


class IndexingError(WorkerError):
    """The app could not be loaded; the text is the worker's own."""


class WorkerDiedError(WorkerError):
    """The worker process ended while it was needed."""
