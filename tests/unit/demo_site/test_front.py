"""The outermost layer of the demo site."""

import pytest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message

from local.demo_site.faults import CutBody, Faults, LoseAnswer
from local.demo_site.front import Front
from local.demo_site.hooks import Hooks
from local.demo_site.request_log import RequestLog
from local.demo_site.traffic import Traffic
from tests.demo_site_fixture import NOW


class Connection:
    """Notes how long the log was when it was ended."""

    def __init__(self, log: RequestLog) -> None:
        self.log = log
        self.at_the_end: int | None = None

    def abort(self) -> None:
        """End it."""
        self.at_the_end = self.log.count()

    close = abort

    async def send(self, message: Message) -> None:
        """What the client gets."""
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.at_the_end = self.log.count()


async def _gone() -> Message:
    return {"type": "http.disconnect"}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("effect", [None, LoseAnswer(), CutBody()])
async def test_who_has_an_answer_finds_it_in_the_log(
    streamed: bool, effect: LoseAnswer | CutBody | None
) -> None:
    """A request is noted, once, before the client gets the end of its answer or the cut."""
    app: ASGIApp = StreamingResponse(iter(["a", "b"])) if streamed else PlainTextResponse("hi")
    log, faults = RequestLog(), Faults()
    if effect:
        faults.inject(effect)
    connection = Connection(log)
    front = Front(app, faults=faults, hooks=Hooks(), log=log, traffic=Traffic(), clock=lambda: NOW)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/qrs/about",
        "query_string": b"",
        "asgi": {"spec_version": "2.4"},
        "connection": connection,
    }
    await front(scope, _gone, connection.send)
    assert connection.at_the_end == 1
    assert log.count("GET", "/qrs/about") == 1


async def test_an_answer_without_a_body_is_in_the_log_before_its_head_is_sent() -> None:
    """A 204 is whole with its head: the client goes on before the empty body is sent."""
    log, seen = RequestLog(), list[int]()
    front = Front(
        Response(status_code=204),
        faults=Faults(),
        hooks=Hooks(),
        log=log,
        traffic=Traffic(),
        clock=lambda: NOW,
    )

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append(log.count())

    scope = {
        "type": "http",
        "method": "DELETE",
        "path": "/qrs/about",
        "query_string": b"",
        "asgi": {"spec_version": "2.4"},
        "connection": Connection(log),
    }
    await front(scope, _gone, send)
    assert seen == [1]
    assert log.count() == 1
