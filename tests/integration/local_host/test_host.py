"""The host as a whole: timers, outputs, HTTP, settings in bindings."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.host.app_settings import SettingsError
from local.host.events import Drained, HostConfig, HostEvent
from local.host.host import Host
from local.host.queue_trigger import Outcome
from local.worker.invocation import IndexingError, LogLine, WorkerError
from local.worker.typed_values import HttpRequest
from tests.integration.local_host.conftest import SAMPLE_APP, Box, StartHost, write_app

LIMIT = timedelta(seconds=30)


async def test_a_timer_fills_a_queue_and_the_queue_is_worked_off(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """One message an item goes out, in base64, and reaches the queue function."""
    async with start_host(write_app(tmp_path)) as host:
        assert (await host.run_timer("tick")).succeeded
        assert await host.drain_queues(LIMIT) == Drained(ok=2)
    assert sorted(map(str, box.logged("work", "text"))) == ["one", '{"body": "two"}']
    assert HostEvent("tick", Outcome.OK, "timer") in box.events


async def test_an_object_is_written_again_as_the_real_host_does(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """JSON object text arrives indented, its dates without trailing zeros."""
    async with start_host(write_app(tmp_path)) as host:
        await host.run_timer("plain")
    assert await box.take(box.queue) == [
        '{\n  "at": "2026-01-02T03:04:05.12+00:00",\n  "items": []\n}'
    ]


async def test_a_failed_run_sends_nothing(box: Box, start_host: StartHost, tmp_path: Path) -> None:
    """Output that was set before an exception stays where it is."""
    async with start_host(write_app(tmp_path)) as host:
        result = await host.run_timer("tick", past_due=True)
    assert result.error == "RuntimeError: late"
    assert HostEvent("tick", Outcome.FAILED, "RuntimeError: late") in box.events
    assert await box.queue.count() == 0


async def test_output_that_storage_refuses_fails_the_run(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """A message over 64 KiB in the queue fails the run that wrote it, with storage's reason."""
    source = SAMPLE_APP.replace("out.set(['one'", "out.set(['x' * 50_000").replace(
        'out.set(["one"', 'out.set(["x" * 50_000'
    )
    async with start_host(write_app(tmp_path, source)) as host:
        result = await host.run_timer("tick")
    assert not result.succeeded
    assert "The output of tick could not be sent" in str(result.error)
    assert "RequestBodyTooLarge" in str(result.error)


async def test_an_http_function_is_called_through_the_host(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """The host passes requests on and tells of failures."""
    async with start_host(write_app(tmp_path)) as host:
        request = HttpRequest("POST", "http://localhost/api/echo/x", route={"name": "x"})
        assert json.loads((await host.call_http("echo", request)).body)["name"] == "x"
        failing = HttpRequest("POST", request.url, route={"name": "x"}, body=b"fail")
        assert (await host.call_http("echo", failing)).status == 500
    assert HostEvent("echo", Outcome.FAILED, "ValueError: as asked") in box.events


class JumpingClock:
    """A clock that jumps to the first time it is asked to wait for, and stands still after that."""

    def __init__(self) -> None:
        self.time = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
        self.waits: list[datetime] = []

    def now(self) -> datetime:
        """Returns the time that it stands at."""
        return self.time

    async def sleep_until(self, when: datetime) -> None:
        """Returns for times of this new year only."""
        self.waits.append(when)
        if when.year > 2026:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        self.time = when


async def test_run_forever_fires_timers_and_works_off_queues(box: Box, tmp_path: Path) -> None:
    """Both timers fire at their time, once, and their messages are processed."""
    worked = asyncio.Event()
    texts: set[object] = set()

    def look(line: LogLine) -> None:
        if line.message == "work":
            texts.add(line.extra["text"])
        if len(texts) == 3:
            worked.set()

    clock = JumpingClock()
    app = write_app(tmp_path)
    config = HostConfig(on_log=look, clock=clock)
    async with Host.start(app, box.settings, storage=box.connection_string, config=config) as host:
        running = asyncio.create_task(host.run_forever())
        await worked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert clock.waits.count(datetime(2026, 1, 1, tzinfo=UTC)) == 2
    assert await box.queue.count() == 0


async def test_a_disabled_function_takes_no_messages(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """AzureWebJobs.<function>.Disabled switches a trigger off, as in Azure."""
    await box.put("kept")
    settings = box.settings | {
        "AzureWebJobs.work.Disabled": "true",
        "AzureWebJobs.bury.Disabled": "1",
    }
    app = write_app(tmp_path)
    async with Host.start(app, settings, storage=box.connection_string) as host:
        assert await host.drain_queues(LIMIT) == Drained()
    assert await box.queue.count() == 1


async def test_host_json_is_overridden_by_settings(box: Box, tmp_path: Path) -> None:
    """AzureFunctionsJobHost__extensions__queues__maxDequeueCount beats host.json."""
    await box.put("fail")
    settings = box.settings | {
        "AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "1",
        "AzureWebJobs.bury.Disabled": "true",
    }
    app = write_app(tmp_path, maxDequeueCount=9)
    async with Host.start(app, settings, storage=box.connection_string) as host:
        assert await host.drain_queues(LIMIT) == Drained(poisoned=1)
    assert await box.take(box.poison) == ["fail"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"WORK": ""}, "is %WORK%, but the app setting WORK is not set"),
        ({"WORK": "No_Good"}, "'no_good'; a queue name has 3 to 63 lower-case letters"),
        ({"TICK": ""}, "schedule of tick is %TICK%, but the app setting TICK is not set"),
        ({"TICK": "every day"}, "schedule of tick, %TICK%, is 'every day'"),
        ({"AzureWebJobsStorage": ""}, "needs the app setting AzureWebJobsStorage"),
        (
            {"AzureWebJobsStorage": "UseDevelopmentStorage=true"},
            "AzureWebJobsStorage must be a full storage connection string",
        ),
        (
            {"AzureFunctionsJobHost__extensions__queues__batchSize": "33"},
            "extensions.queues.batchSize is 33, not 1 to 32",
        ),
    ],
)
async def test_unusable_settings_stop_the_host_with_their_name(
    box: Box, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    """Each wrong setting ends in one error that names it."""
    settings = box.settings | {"AzureWebJobsStorage": box.connection_string} | change
    with pytest.raises(SettingsError) as caught:
        async with Host.start(write_app(tmp_path), settings):
            pytest.fail("it started")
    assert words in str(caught.value)


async def test_an_unsupported_binding_is_refused_not_left_out(box: Box, tmp_path: Path) -> None:
    """A blob trigger would never fire here, so the host says so at once."""
    source = (
        "import azure.functions as f\napp = f.FunctionApp()\n"
        "@app.blob_trigger(arg_name='blob', path='a/b', connection='AzureWebJobsStorage')\n"
        "def look(blob: f.InputStream) -> None: ...\n"
    )
    with pytest.raises(SettingsError, match="look has a blobTrigger binding"):
        async with Host.start(
            write_app(tmp_path, source), box.settings, storage=box.connection_string
        ):
            pytest.fail("it started")


async def test_an_app_that_does_not_load_stops_the_host(box: Box, tmp_path: Path) -> None:
    """The host's error is the worker's own text."""
    with pytest.raises(IndexingError, match="No module named 'nowhere'"):
        async with Host.start(
            write_app(tmp_path, "import nowhere"), box.settings, storage=box.connection_string
        ):
            pytest.fail("it started")


async def test_a_wrong_timer_name_lists_the_right_ones(
    box: Box, start_host: StartHost, tmp_path: Path
) -> None:
    """Firing what is no timer function is refused."""
    async with start_host(write_app(tmp_path)) as host:
        with pytest.raises(
            WorkerError, match="no timerTrigger function 'work'; there is tick, pla"
        ):
            await host.run_timer("work")
    assert box.events == []


async def test_storage_that_is_away_is_told_and_tried_again(
    azurite: Azurite, tmp_path: Path
) -> None:
    """A queue that cannot be read is an event, not the end of the host."""
    told: list[HostEvent] = []
    first = asyncio.Event()

    def tell(event: HostEvent) -> None:
        told.append(event)
        first.set()

    gone = azurite.connection_string.replace(azurite.queue, "http://127.0.0.1:1")
    config = HostConfig(on_event=tell)
    app = write_app(tmp_path)
    settings = {"WORK": "any-queue", "TICK": "0 0 0 1 1 *"}
    async with Host.start(app, settings, storage=gone, config=config) as host:
        running = asyncio.create_task(host.run_forever())
        await first.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert "any-queue" in told[0].text
    assert "cannot be read" in told[0].text
