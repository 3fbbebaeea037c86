"""The worker: a process of its own that loads a function app with Microsoft's worker code.

Started by its parent as `python -m local.worker.process ANSWERS_FD APP_DIR`. Requests arrive on
standard input, answers and log records leave on the inherited descriptor (see `protocol`).
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import azure_functions_runtime as runtime

from local.worker import messages as protos
from local.worker.log_pipe import AnswerPipe, PipeLogHandler
from local.worker.protocol import Failure, Indexed, IndexedFunction, Invoke, Result
from local.worker.typed_values import from_wire, to_wire

# How long the app may take to wind up once the host has gone.
_GRACE_SECONDS = 5.0


def main(answers_fd: int, app_dir: Path) -> int:
    """Runs the worker until the host goes away; returns the exit code."""
    requests = _take_stdin()
    os.set_inheritable(answers_fd, False)  # noqa: FBT003 - takes no keyword
    answers = AnswerPipe(answers_fd)
    root = logging.getLogger()
    root.setLevel(logging.INFO)  # as in Azure: the worker forwards INFO and above
    root.addHandler(PipeLogHandler(answers, runtime.invocation_id_cv))
    # In Azure the app's folder leads the path and is the current one; our own is not there.
    own = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [str(app_dir), *(entry for entry in sys.path if entry not in {"", own})]
    os.chdir(app_dir)
    return asyncio.run(_serve(requests, answers, app_dir))


def _take_stdin() -> BinaryIO:
    """Keeps the request pipe to ourselves: a function that reads stdin must find it empty."""
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests


async def _serve(requests: BinaryIO, answers: AnswerPipe, app_dir: Path) -> int:
    runtime.start_threadpool_executor()
    incoming: asyncio.Queue[Invoke | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_read, args=(requests, incoming, loop), daemon=True).start()
    indexed = await _index(app_dir)
    answers.send(indexed)
    if indexed["failure"]:
        return 1
    running: set[asyncio.Task[None]] = set()
    while request := await incoming.get():
        task = asyncio.create_task(_invoke(request, answers))
        running.add(task)
        task.add_done_callback(running.discard)
    return 0


def _read(
    requests: BinaryIO, incoming: asyncio.Queue[Invoke | None], loop: asyncio.AbstractEventLoop
) -> None:
    """Passes requests on; at the end of the pipe the host is gone and so must we be.

    It runs in a thread because a function may block the event loop; the hard exit is for one that
    never lets go of it, or of a thread.
    """
    with contextlib.suppress(RuntimeError):  # the loop is closed: we are leaving already
        for line in requests:
            loop.call_soon_threadsafe(incoming.put_nowait, json.loads(line))
        loop.call_soon_threadsafe(incoming.put_nowait, None)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


async def _index(app_dir: Path) -> Indexed:
    init = SimpleNamespace(capabilities={}, function_app_directory=str(app_dir))
    request = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=init),
        properties={"host": "127.0.0.1", "protos": protos},
    )
    started: protos.WorkerInitResponse = await runtime.worker_init_request(request)
    if started.result.status != protos.StatusResult.Success:
        return {"type": "indexed", "functions": [], "failure": _failure(started.result)}
    found: protos.FunctionMetadataResponse = await runtime.functions_metadata_request(request)
    functions = [_describe(function) for function in found.function_metadata_results or ()]
    return {"type": "indexed", "functions": functions, "failure": None}


def _describe(function: protos.RpcFunctionMetadata) -> IndexedFunction:
    retry = function.retry_options
    return {
        "name": function.name,
        "function_id": function.function_id,
        "bindings": function.raw_bindings,
        "retry": None if retry is None else _retry(retry),
    }


def _retry(options: protos.RpcRetryOptions) -> dict[str, str | int | float]:
    spans = {
        "delay_seconds": options.delay_interval,
        "minimum_seconds": options.minimum_interval,
        "maximum_seconds": options.maximum_interval,
    }
    return {
        "strategy": options.retry_strategy,
        "max_retry_count": options.max_retry_count,
        **{name: span.total_seconds() for name, span in spans.items() if span is not None},
    }


async def _invoke(request: Invoke, answers: AnswerPipe) -> None:
    # The task is this call's alone, so the id is set for everything that it logs.
    runtime.invocation_id_cv.set(request["id"])
    call = SimpleNamespace(
        invocation_id=request["id"],
        function_id=request["function_id"],
        input_data=[
            protos.ParameterBinding(name=name, data=protos.to_message(from_wire(value)))
            for name, value in request["inputs"].items()
        ],
        trigger_metadata={
            name: protos.to_message(from_wire(value)) for name, value in request["metadata"].items()
        },
        trace_context=SimpleNamespace(
            trace_parent=request["trace_parent"], trace_state="", attributes={}
        ),
        retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
    )
    message = SimpleNamespace(request=SimpleNamespace(invocation_request=call))
    response: protos.InvocationResponse = await runtime.invocation_request(message)
    try:
        result = _result(request["id"], response)
    except TypeError as error:  # a kind of output that the protocol has and we have not
        result = _failed(request["id"], error)
    answers.send(result)


def _failed(invocation_id: str, error: TypeError) -> Result:
    failure: Failure = {"message": f"TypeError: {error}", "stack": ""}
    return {
        "type": "result",
        "id": invocation_id,
        "return_value": None,
        "outputs": {},
        "failure": failure,
    }


def _result(invocation_id: str, response: protos.InvocationResponse) -> Result:
    succeeded = response.result.status == protos.StatusResult.Success
    returned = response.return_value
    return {
        "type": "result",
        "id": invocation_id,
        "return_value": to_wire(protos.from_message(returned)) if returned else None,
        "outputs": {
            output.name: to_wire(protos.from_message(output.data))
            for output in response.output_data
            if output.data is not None
        },
        "failure": None if succeeded else _failure(response.result),
    }


def _failure(result: protos.StatusResult) -> Failure:
    return {"message": result.exception.message, "stack": result.exception.stack_trace}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
