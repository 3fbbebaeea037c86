"""One request and the way back to the client, through the faults that concern the answer."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from local.demo_qms.apis import Action
from local.demo_qms.faults import Effect
from local.demo_qms.request_log import Entry, RequestLog
from local.demo_site.way_back import WayBack


class Exchange(WayBack[Effect]):
    """One request.

    Attributes:
        action: what is asked.
        account: who is logged in; empty before.
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
        super().__init__(scope, send, [])
        self.action = action
        self.account = ""
        self._receive = receive
        self._log = log
        self._number = number

    def header(self, name: str) -> str:
        """The text of a header of the request; empty without it."""
        values = (v for k, v in self.scope["headers"] if k == name.encode())
        return next(values, b"").decode("latin-1")

    async def receive(self) -> Message:
        """The next part of the request, or the news that the client has gone."""
        return await self._receive()

    async def send(self, message: Message) -> None:
        """Send a part of the answer on."""
        await super().send(message)
        # An endless answer to a client that has gone would never wait for anything.
        await asyncio.sleep(0)

    def note(self) -> None:
        """Put it into the log."""
        self._log.add(
            Entry(
                operation=self.action.operation,
                api="" if self.action.api is None else self.action.api.name,
                status=self.status,
                account=self.account,
                key_given=bool(self.header("x-service-key")),
                body_bytes=self.body_bytes,
                connection=self._number,
            )
        )
