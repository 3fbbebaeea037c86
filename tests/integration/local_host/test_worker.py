"""The worker process: loading an app, calling it, and its end."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.host.app_settings import worker_environment
from local.worker.invocation import (
    IndexingError,
    LogLine,
    QueueDelivery,
    WorkerDiedError,
    WorkerError,
)
from local.worker.typed_values import HttpRequest, Json
from local.worker.worker import Worker
from tests.integration.local_host.conftest import ROOT, write_app

ENV = worker_environment({"MY_SETTING": "mine"})


async def test_it_lists_functions_with_raw_bindings(tmp_path: Path) -> None:
    """Every function is found, with its bindings as written: %SETTING% is the host's to resolve."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        assert {each.name: each.trigger_type for each in worker.functions} == {
            "tick": "timerTrigger",
            "plain": "timerTrigger",
            "work": "queueTrigger",
            "bury": "queueTrigger",
            "echo": "httpTrigger",
        }
        assert worker.function("tick").trigger["schedule"] == "%TICK%"


async def test_a_timer_function_gives_its_output(tmp_path: Path) -> None:
    """The values set on output bindings come back with the result."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        result = await worker.invoke_timer("tick")
    assert result.succeeded
    assert result.outputs == {"out": Json('["one", "{\\"body\\": \\"two\\"}"]')}


async def test_log_lines_carry_their_invocation_and_simple_fields(tmp_path: Path) -> None:
    """Level, logger, invocation and simple extra fields of a record arrive, from threads too."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        ticked = await worker.invoke_timer("tick")
        threaded = await worker.invoke_timer("plain")
    own = [line for line in (*ticked.logs, *threaded.logs) if not line.is_system]
    assert own == [
        LogLine("INFO", "sample", "tick", ticked.invocation_id, {"past_due": False}),
        LogLine("WARNING", "sample", "from a thread", threaded.invocation_id),
    ]


async def test_print_is_captured_and_disturbs_nothing(tmp_path: Path) -> None:
    """What a function prints becomes a log line of the logger stdout."""
    lines: list[LogLine] = []
    async with Worker.start(write_app(tmp_path), ENV, lines.append) as worker:
        assert (await worker.invoke_timer("plain")).succeeded
    assert LogLine("INFO", "stdout", "from a thread") in lines


async def test_an_exception_is_a_result_with_its_text(tmp_path: Path) -> None:
    """A failing function ends in a result that says what was raised and where."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        result = await worker.invoke_queue("work", QueueDelivery("fail"))
    assert not result.succeeded
    assert result.error == "ValueError: as asked"
    assert "function_app.py" in result.stack


async def test_queue_metadata_reaches_the_function(tmp_path: Path) -> None:
    """The function sees the body and how often the message was delivered."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        result = await worker.invoke_queue("work", QueueDelivery("hello", dequeue_count=4))
    assert result.logs[-1].extra == {"text": "hello", "delivery": 4}


async def test_async_calls_overlap(tmp_path: Path) -> None:
    """Two calls that wait for each other both end: they run at the same time."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        results = await asyncio.gather(
            worker.invoke_queue("work", QueueDelivery("pair")),
            worker.invoke_queue("work", QueueDelivery("pair")),
        )
    assert all(result.succeeded for result in results)


async def test_an_http_function_sees_the_request_and_the_worker_only_its_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Route and query arrive; of the shell's environment only basics do."""
    monkeypatch.setenv("SHELL_SECRET", "leaked")
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        request = HttpRequest(
            "POST", "http://localhost/api/echo/x?a=b", query={"a": "b"}, route={"name": "x"}
        )
        response = await worker.invoke_http("echo", request)
    body = json.loads(response.body)
    assert response.status == 201
    assert response.headers["content-type"] == "application/json"
    assert (body["name"], body["query"]) == ("x", {"a": "b"})
    assert body["env"]["MY_SETTING"] == "mine"
    assert "SHELL_SECRET" not in body["env"]


async def test_an_exception_in_an_http_function_is_a_500(tmp_path: Path) -> None:
    """The caller of a failing HTTP function gets a plain 500."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        request = HttpRequest("POST", "http://localhost/", route={"name": "x"}, body=b"fail")
        assert (await worker.invoke_http("echo", request)).status == 500


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("import os\nos.environ['MISSING_SETTING']", "MISSING_SETTING"),
        ("x = 1", "Could not find top level function app instances in function_app.py"),
        ("import azure.functions as f\napp = f.FunctionApp()", "registers no function"),
        ("def broken(:", "SyntaxError"),
        (
            (
                "import azure.functions as f\napp = f.FunctionApp()\n"
                "@app.timer_trigger(schedule='0 0 0 1 1 *', arg_name='timer')\n"
                "def tick(other: f.TimerRequest) -> None: ...\n"
            ),
            "cannot load the tick function",
        ),
    ],
)
async def test_an_app_that_cannot_be_loaded_says_why(
    tmp_path: Path, source: str, words: str
) -> None:
    """The error of a failed indexing is the worker's own text."""
    with pytest.raises(IndexingError) as caught:
        await Worker.open(write_app(tmp_path, source), ENV)
    assert words in str(caught.value)


async def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    """A wrong folder is named before anything is started."""
    with pytest.raises(IndexingError, match=r"has no function_app\.py"):
        await Worker.open(tmp_path, ENV)


async def test_an_unknown_function_is_named_with_the_known_ones(tmp_path: Path) -> None:
    """A typing error in a function's name is easy to see."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        with pytest.raises(WorkerError, match="no function 'tock'; it has bury, echo, plain"):
            await worker.invoke_timer("tock")


async def test_a_crash_fails_everything_in_flight(tmp_path: Path) -> None:
    """When the process dies, every call under way ends with WorkerDiedError, later ones too."""
    async with Worker.start(write_app(tmp_path), ENV) as worker:
        hanging = asyncio.create_task(worker.invoke_queue("work", QueueDelivery("hang")))
        dying = asyncio.create_task(worker.invoke_queue("work", QueueDelivery("die")))
        for call in (hanging, dying):
            with pytest.raises(WorkerDiedError, match="exit code 3"):
                await call
        with pytest.raises(WorkerDiedError):
            await worker.invoke_timer("tick")
        assert not worker.alive


async def test_kill_is_a_crash(tmp_path: Path) -> None:
    """kill() ends the process by SIGKILL in the middle of a call."""
    started = asyncio.Event()

    def look(line: LogLine) -> None:
        if line.message == "work":
            started.set()

    async with Worker.start(write_app(tmp_path), ENV, look) as worker:
        call = asyncio.create_task(worker.invoke_queue("work", QueueDelivery("hang")))
        await started.wait()
        worker.kill()
        with pytest.raises(WorkerDiedError, match="by signal 9"):
            await call


async def test_a_dying_import_shows_its_last_words(tmp_path: Path) -> None:
    """A process that ends while loading is reported with what it wrote to stderr."""
    source = "import os, sys\nsys.stderr.write('the disk is on fire\\n')\nos._exit(7)"
    with pytest.raises(WorkerDiedError, match=r"exit code 7.*\n.*the disk is on fire"):
        await Worker.open(write_app(tmp_path, source), ENV)


async def test_a_flood_of_output_without_line_ends_does_no_harm(tmp_path: Path) -> None:
    """A megabyte on stdout without a line end and a log line of a megabyte both arrive whole."""
    source = (
        "import logging, sys\nimport azure.functions as f\napp = f.FunctionApp()\n"
        "@app.timer_trigger(schedule='0 0 0 1 1 *', arg_name='timer')\n"
        "def flood(timer: f.TimerRequest) -> None:\n"
        "    sys.stdout.write('x' * 1_000_000)\n"
        "    logging.info('y' * 1_000_000)\n"
    )
    lines: list[LogLine] = []
    async with Worker.start(write_app(tmp_path, source), ENV, lines.append) as worker:
        assert (await worker.invoke_timer("flood")).succeeded
    assert sum(len(line.message) for line in lines if line.logger == "stdout") == 1_000_000
    assert "y" * 1_000_000 in [line.message for line in lines]


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """A host that dies without a word leaves no worker behind."""
    write_app(tmp_path)
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom local.worker.worker import Worker\n"
        "async def main():\n"
        "    async with Worker.start(Path(sys.argv[1]), {}) as worker:\n"
        "        print(worker.pid, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    try:
        assert select.select([worker], [], [], 30)[0], "the worker outlived its parent"
    finally:
        os.close(worker)
