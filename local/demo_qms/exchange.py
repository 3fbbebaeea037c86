"""One request and the way back to the client, through the faults that concern the answer."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from local.demo_qms import faults as f
from local.demo_qms.apis import Action
from local.demo_qms.request_log import Entry, RequestLog


class Exchange:
    """It is noted before the client gets its end, so who has an answer finds it in the log.

    Attributes:
        scope: the request's.
        action: what is asked.
        account: who is logged in; empty before.
        effects: the faults that struck so far.
        cut: whether the connection is cut.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        action: Action,
        log: RequestLog,
        number: int,
    ) -> None:
        self.scope = scope
        self.action = action
        self.account = ""
        self.effects: list[f.Effect] = []
        self.cut = False
        self._receive = receive
        self._send = send
        self._log = log
        self._number = number
        self._status = 0
        self._body_bytes = 0
        self._ended = False

    def header(self, name: str) -> str:
        """The text of a header of the request; empty without it."""
        values = (v for k, v in self.scope["headers"] if k == name.encode())
        return next(values, b"").decode("latin-1")

    async def receive(self) -> Message:
        """The next part of the request, or the news that the client has gone."""
        return await self._receive()

    async def send(self, message: Message) -> None:
        """Send a part of the answer on."""
        if self.cut:
            return
        if message["type"] == "http.response.start":
            await self._start(message)
        else:
            await self._body(message)
        # An endless answer to a client that has gone would never wait for anything.
        await asyncio.sleep(0)

    def end(self) -> None:
        """Note the exchange, unless it was noted already."""
        if self._ended:
            return
        self._ended = True
        self._log.add(
            Entry(
                operation=self.action.operation,
                api="" if self.action.api is None else self.action.api.name,
                status=self._status,
                account=self.account,
                key_given=bool(self.header("x-service-key")),
                body_bytes=self._body_bytes,
                connection=self._number,
            )
        )

    def abort(self) -> None:
        """Cut the connection without another byte."""
        self.cut = True
        self.end()
        self.scope["connection"].abort()

    async def until_gone(self) -> None:
        """Wait for the end of the connection, or uvicorn would answer 500 in our place."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, message: Message) -> None:
        if f.LoseAnswer() in self.effects:
            self.abort()
            return
        for effect in self.effects:
            if isinstance(effect, f.WrongContentType):
                kept = [x for x in message["headers"] if x[0].lower() != b"content-type"]
                message["headers"] = [*kept, (b"content-type", effect.content_type.encode())]
        self._status = message["status"]
        if (b"content-length", b"0") in message["headers"]:
            self.end()
        await self._send(message)

    async def _body(self, message: Message) -> None:
        body: bytes = message.get("body", b"")
        is_cut = f.CutBody() in self.effects
        if is_cut:
            body = body[: len(body) // 2]
            message = {"type": "http.response.body", "body": body, "more_body": True}
        self._body_bytes += len(body)
        if is_cut or not message.get("more_body", False):
            self.end()
        await self._send(message)
        if is_cut:
            self.cut = True
            # close() still sends what was written: the client gets half of a body, then the end.
            self.scope["connection"].close()
