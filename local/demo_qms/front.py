"""The outermost layer: the log, faults, the login, and then the service."""

import asyncio
import contextlib

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.demo_qms import faults as f
from local.demo_qms.apis import action_of
from local.demo_qms.endless import endless_answer
from local.demo_qms.exchange import Exchange
from local.demo_qms.logins import Logins
from local.demo_qms.request_log import RequestLog
from local.demo_qms.soap_service import SoapService
from local.demo_site.way_back import until_gone

PATH = "/QMS/Service"
_MOST_BYTES = 65_536  # what WCF takes by default


class ClientGoneError(Exception):
    """The client went away in the middle of its request."""


class Front:
    """The ASGI application."""

    def __init__(
        self, service: SoapService, logins: Logins, faults: f.Faults, log: RequestLog
    ) -> None:
        self._service = service
        self._logins = logins
        self._faults = faults
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, with whatever is to go wrong with it."""
        number = self._logins.number(scope["connection"])
        headers = dict(scope["headers"])
        action = action_of(headers.get(b"soapaction", b"").decode("latin-1"))
        exchange = Exchange(scope, receive, send, action, self._log, number)
        try:
            with contextlib.suppress(ClientGoneError):
                await self._serve(exchange)
        finally:
            exchange.end()

    async def _serve(self, exchange: Exchange) -> None:
        # The whole request is read before any answer: who answers sooner breaks the connection,
        # and with it the handshake.
        body = await _body_of(exchange)
        answer = await self._struck(exchange, before_login=True)
        if answer is None and not exchange.cut:
            answer = self._misplaced(exchange.scope, body) or await self._logins.refusal(exchange)
        if answer is None and not exchange.cut:
            answer = await self._struck(exchange, before_login=False)
        if answer is None and not exchange.cut:
            answer = await run_in_threadpool(self._service.answer, exchange, body)
        if answer is not None:
            await answer(exchange.scope, exchange.receive, exchange.send)
        if exchange.cut:
            await until_gone(exchange.receive)

    async def _struck(self, exchange: Exchange, *, before_login: bool) -> Response | None:
        """Suffer the faults of the moment; returns what to answer instead, if anything."""
        struck = self._faults.strike(exchange.action.operation, before_login=before_login)
        exchange.effects += struck
        answer: Response | None = None
        for effect in struck:
            match effect:
                case f.Delay(seconds):
                    await asyncio.sleep(seconds)
                case f.Answer(code, body, content_type, headers):
                    answer = Response(body, code, dict(headers), media_type=content_type)
                case f.EndlessBody():
                    answer = endless_answer(exchange.action)
                case f.Drop():
                    exchange.abort()
                    return None
                case _:
                    pass
        return answer

    def _misplaced(self, scope: Scope, body: bytes) -> Response | None:
        if scope["path"].rstrip("/").casefold() != PATH.casefold():
            return Response(status_code=404)
        if scope["method"] != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})
        return Response(status_code=413) if len(body) > _MOST_BYTES else None


async def _body_of(exchange: Exchange) -> bytes:
    """The request's body; of one that is too long, a little more than is allowed."""
    body = b""
    more = True
    while more:
        message = await exchange.receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if len(body) <= _MOST_BYTES:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
