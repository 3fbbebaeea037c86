"""The way back to the client of a demo server, through the faults that concern the answer."""

from abc import ABC, abstractmethod
from http import HTTPStatus

from starlette.types import Message, Receive, Scope, Send

from local.demo_site.faults import CutBody, LoseAnswer, WrongContentType


class WayBack[E](ABC):
    """It is noted before the client gets its end, so who has an answer finds it in the log.

    Attributes:
        scope: the request's.
        effects: the faults that struck so far.
        status: of the answer; 0 before its head was sent.
        body_bytes: how many of its body were sent.
        cut: whether the connection is cut.
    """

    def __init__(self, scope: Scope, send: Send, effects: list[E]) -> None:
        self.scope = scope
        self.effects = effects
        self.status = 0
        self.body_bytes = 0
        self.cut = False
        self._send = send
        self._ended = False

    @abstractmethod
    def note(self) -> None:
        """Put the request into the log; called once."""

    async def send(self, message: Message) -> None:
        """Send a part of the answer on."""
        if self.cut:
            return
        if message["type"] == "http.response.start":
            await self._start(message)
        else:
            await self._body(message)

    def end(self) -> None:
        """Note the exchange, unless it was noted already."""
        if not self._ended:
            self._ended = True
            self.note()

    def abort(self) -> None:
        """Cut the connection without another byte."""
        self.cut = True
        self.end()
        self.scope["connection"].abort()

    async def _start(self, message: Message) -> None:
        if LoseAnswer() in self.effects:
            self.abort()
            return
        for effect in self.effects:
            if isinstance(effect, WrongContentType):
                kept = [x for x in message["headers"] if x[0].lower() != b"content-type"]
                message["headers"] = [*kept, (b"content-type", effect.content_type.encode())]
        self.status = message["status"]
        if _is_whole(message):
            self.end()
        await self._send(message)

    async def _body(self, message: Message) -> None:
        body: bytes = message.get("body", b"")
        is_cut = CutBody() in self.effects
        if is_cut:
            body = body[: len(body) // 2]
            message = {"type": "http.response.body", "body": body, "more_body": True}
        self.body_bytes += len(body)
        if is_cut or not message.get("more_body", False):
            self.end()
        await self._send(message)
        if is_cut:
            self.cut = True
            # close() still sends what was written: the client gets half of a body, then the end.
            self.scope["connection"].close()


async def until_gone(receive: Receive) -> None:
    """Wait for the end of the connection, or uvicorn would answer 500 in our place."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _is_whole(start: Message) -> bool:
    """True when the client has the whole answer with its head: there is no body to wait for."""
    return start["status"] == HTTPStatus.NO_CONTENT or (b"content-length", b"0") in start["headers"]
