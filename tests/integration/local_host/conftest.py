"""A small function app, written to a folder of its own, and queues in Azurite."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from local.azurite import Azurite
from local.host.events import HostConfig, HostEvent
from local.host.host import Host
from local.host.queue_output import decode, encode
from local.host.queue_storage import StorageQueue
from local.worker.invocation import LogLine

ROOT = Path(__file__).resolve().parents[3]

SAMPLE_APP = """
import asyncio, json, logging, os, time, typing
import azure.functions as func

app = func.FunctionApp()
log = logging.getLogger("sample")
pair = asyncio.Barrier(2)
active = 0


@app.timer_trigger(schedule="%TICK%", arg_name="timer")
@app.queue_output(arg_name="out", queue_name="%WORK%", connection="AzureWebJobsStorage")
async def tick(timer: func.TimerRequest, out: func.Out[typing.List[str]]) -> None:
    log.info("tick", extra={"past_due": timer.past_due, "skipped": object()})
    out.set(["one", '{"body": "two"}'])
    if timer.past_due:
        raise RuntimeError("late")


@app.timer_trigger(schedule="0 0 0 1 1 *", arg_name="timer")
@app.queue_output(arg_name="out", queue_name="%WORK%", connection="AzureWebJobsStorage")
def plain(timer: func.TimerRequest, out: func.Out[str]) -> None:
    print("from a thread")
    log.warning("from a thread")
    out.set('{"at":"2026-01-02T03:04:05.120000+00:00","items":[]}')


@app.queue_trigger(arg_name="message", queue_name="%WORK%", connection="AzureWebJobsStorage")
async def work(message: func.QueueMessage) -> None:
    text = message.get_body().decode()
    log.info("work", extra={"text": text, "delivery": message.dequeue_count})
    match text:
        case "fail":
            raise ValueError("as asked")
        case "pair":
            global active
            active += 1
            log.info("active", extra={"active": active})
            await pair.wait()
            active -= 1
        case "die":
            os._exit(3)
        case "die once" if message.dequeue_count == 1:
            os._exit(3)
        case "hang":
            await asyncio.Event().wait()
        case "block":
            time.sleep(3600)


@app.queue_trigger(arg_name="message", queue_name="%WORK%-poison", connection="AzureWebJobsStorage")
def bury(message: func.QueueMessage) -> None:
    text = message.get_body().decode()
    log.info("bury", extra={"text": text})
    if text == "fail":
        raise ValueError("even here")


@app.route("echo/{name}", methods=["POST"])
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    body = {"name": req.route_params["name"], "query": dict(req.params), "env": dict(os.environ)}
    if req.get_body() == b"fail":
        raise ValueError("as asked")
    return func.HttpResponse(json.dumps(body), status_code=201, mimetype="application/json")
"""


def write_app(folder: Path, source: str = SAMPLE_APP, **queues: object) -> Path:
    """Writes function_app.py and a host.json with these `extensions.queues`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "function_app.py").write_text(source)
    host = {
        "version": "2.0",
        "functionTimeout": "00:01:00",
        "extensions": {"queues": {"batchSize": 4, "newBatchThreshold": 0} | queues},
    }
    (folder / "host.json").write_text(json.dumps(host))
    return folder


class Box:
    """A queue of its own in Azurite, its poison queue, and what the host told about them."""

    def __init__(self, connection_string: str, name: str) -> None:
        self.name = name
        self.connection_string = connection_string
        self.queue = StorageQueue.connect(connection_string, name)
        self.poison = StorageQueue.connect(connection_string, f"{name}-poison")
        self.logs: list[LogLine] = []
        self.events: list[HostEvent] = []

    async def put(self, *bodies: str) -> None:
        """Puts messages as an app would, base64."""
        for body in bodies:
            await self.queue.put(encode(body, as_base64=True))

    async def take(self, queue: StorageQueue) -> list[str]:
        """Receives what is visible in a queue."""
        found = await queue.receive(32, timedelta(minutes=1))
        return [decode(each.text, as_base64=True).decode() for each in found]

    def logged(self, message: str, field: str) -> list[object]:
        """The values of an extra field in all log lines with this message."""
        return [line.extra[field] for line in self.logs if line.message == message]

    @property
    def settings(self) -> dict[str, str]:
        """Settings that the sample app needs."""
        return {"WORK": self.name, "TICK": "0 0 0 1 1 *"}

    @property
    def text(self) -> str:
        """All events, one a line."""
        return "\n".join(event.text for event in self.events)


@pytest.fixture
async def box(azurite: Azurite) -> AsyncIterator[Box]:
    """A fresh pair of queues."""
    fresh = Box(azurite.connection_string, f"work-{uuid4().hex}")
    await fresh.queue.create()
    yield fresh
    fresh.queue.close()
    fresh.poison.close()


class StartHost(Protocol):
    """Starts a host for the sample app."""

    def __call__(
        self, app: Path, *, lease_seconds: int = 60, max_restarts: int = 5
    ) -> AbstractAsyncContextManager[Host]:
        """Runs the host for the length of a with block."""


@pytest.fixture
def start_host(box: Box) -> StartHost:
    """Starts hosts on the box's queues and keeps what they tell in the box."""

    @asynccontextmanager
    async def start(
        app: Path, *, lease_seconds: int = 60, max_restarts: int = 5
    ) -> AsyncIterator[Host]:
        config = HostConfig(
            lease=timedelta(seconds=lease_seconds),
            max_restarts=max_restarts,
            on_log=box.logs.append,
            on_event=box.events.append,
        )
        async with Host.start(
            app, box.settings, storage=box.connection_string, config=config
        ) as host:
            yield host

    return start
