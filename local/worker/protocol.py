"""What the host and its worker process say to each other: one JSON object a line.

The host's requests reach the child on its standard input; answers come back on a pipe of their
own, so that whatever a function prints cannot disturb them.
"""

import json
from typing import Literal, TypedDict

from local.worker.invocation import FunctionMetadata, InvocationResult, LogLine
from local.worker.typed_values import Wire, from_wire


class Invoke(TypedDict):
    """A call, host to worker."""

    id: str
    function_id: str
    inputs: dict[str, Wire]
    metadata: dict[str, Wire]
    trace_parent: str


class Failure(TypedDict):
    """An exception: its type and text, and its traceback."""

    message: str
    stack: str


class IndexedFunction(TypedDict):
    """A function as the worker found it; `bindings` holds one JSON text each."""

    name: str
    function_id: str
    bindings: list[str]
    retry: dict[str, str | int | float] | None


class Indexed(TypedDict):
    """The first answer: the functions of the app, or why there are none."""

    type: Literal["indexed"]
    functions: list[IndexedFunction]
    failure: Failure | None


class Result(TypedDict):
    """The answer to a call."""

    type: Literal["result"]
    id: str
    return_value: Wire | None
    outputs: dict[str, Wire]
    failure: Failure | None


class Log(TypedDict):
    """A log record of the app or the worker."""

    type: Literal["log"]
    level: str
    logger: str
    message: str
    invocation_id: str | None
    extra: dict[str, str | int | float | bool | None]
    exception: str | None


type Answer = Indexed | Result | Log


def read_function(indexed: IndexedFunction) -> FunctionMetadata:
    """Reads a function's description."""
    return FunctionMetadata(
        indexed["name"],
        indexed["function_id"],
        tuple(json.loads(binding) for binding in indexed["bindings"]),
        indexed["retry"],
    )


def read_result(result: Result, logs: tuple[LogLine, ...]) -> InvocationResult:
    """Reads the answer to a call and joins it to what the call logged."""
    failure, returned = result["failure"], result["return_value"]
    return InvocationResult(
        result["id"],
        failure is None,
        from_wire(returned) if returned else None,
        {name: from_wire(value) for name, value in result["outputs"].items()},
        failure["message"] if failure else None,
        failure["stack"] if failure else "",
        logs,
    )


def read_log(log: Log) -> LogLine:
    """Reads a log record."""
    return LogLine(
        log["level"],
        log["logger"],
        log["message"],
        log["invocation_id"],
        log["extra"],
        log["exception"],
    )
