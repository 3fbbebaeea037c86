"""The outermost layer: normal paths, hooks, injected faults, dates and the request log."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.demo_site import faults as f
from local.demo_site.faults import Effect, Faults
from local.demo_site.hooks import Hooks, Moment, Seen
from local.demo_site.people import Clock
from local.demo_site.request_log import Entry, RequestLog, route_of
from local.demo_site.traffic import Traffic
from local.demo_site.way_back import WayBack, until_gone


class Front:
    """Wraps the site's app. Paths are lowered, since QRS doesn't mind their case.

    The Date header of every answer is the time by the site's own clock.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults: Faults,
        hooks: Hooks,
        log: RequestLog,
        traffic: Traffic,
        clock: Clock,
        prefix: str = "",
    ) -> None:
        self._app = app
        self._faults = faults
        self._hooks = hooks
        self._log = log
        self._traffic = traffic
        self._clock = clock
        self._root = f"/{prefix}" if prefix else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, with whatever is to go wrong with it."""
        with self._traffic.one_more() as leave:
            await self._serve_counted(scope, receive, send, leave)

    async def _serve_counted(
        self, scope: Scope, receive: Receive, send: Send, leave: Callable[[], None]
    ) -> None:
        path = scope["path"].lower().rstrip("/")
        under_prefix = path.startswith(f"{self._root}/qrs")
        if under_prefix:
            path = path.removeprefix(self._root)
        scope.update(path=path, raw_path=path.encode(), under_prefix=under_prefix)
        seen = Seen(scope["method"], path, route_of(path))
        await self._run_hooks("before", seen)
        effects = self._faults.strike(seen.method, path, seen.route)
        exchange = _Exchange(
            scope,
            self._dated(send),
            effects,
            after=lambda: self._run_hooks("after", seen),
            note=lambda exchange: self._note(seen, exchange),
            leave=leave,
        )
        try:
            await self._serve(scope, receive, exchange)
        finally:
            exchange.end()

    async def _serve(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        app: ASGIApp = self._app
        for effect in exchange.effects:
            match effect:
                case f.Delay(seconds):
                    await asyncio.sleep(seconds)
                case f.DelayEach(seconds):
                    await asyncio.sleep(seconds * self._traffic.now)
                case f.Answer():
                    app = _given(effect)
                case f.Overload(at_most, code, wait) if self._traffic.now > at_most:
                    exchange.leave()  # who is turned away makes no work for those behind
                    app = _given(f.status(code, retry_after=wait))
                case f.Drop():
                    app = _dropping(exchange)
                case f.LoseRows(rows):
                    scope["rows_to_lose"] = rows
                case f.Overload() | f.LoseAnswer() | f.CutBody() | f.WrongContentType():
                    pass
        await app(scope, receive, exchange.send)
        if exchange.cut:
            await until_gone(receive)

    def _dated(self, send: Send) -> Send:
        async def send_with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._clock().astimezone(UTC), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        return send_with_date

    async def _run_hooks(self, moment: Moment, seen: Seen) -> None:
        if self._hooks.any():
            await run_in_threadpool(self._hooks.run, moment, seen)

    def _note(self, seen: Seen, exchange: "_Exchange") -> None:
        self._log.add(
            Entry(
                method=seen.method,
                route=seen.route,
                path=seen.path,
                query=exchange.scope["query_string"].decode("latin-1"),
                account=exchange.scope.get("account", ""),
                status=exchange.status,
                body_bytes=exchange.body_bytes,
            )
        )


class _Exchange(WayBack[Effect]):
    def __init__(
        self,
        scope: Scope,
        send: Send,
        effects: list[Effect],
        *,
        after: Callable[[], Awaitable[None]],
        note: Callable[["_Exchange"], None],
        leave: Callable[[], None],
    ) -> None:
        super().__init__(scope, send, effects)
        self._after = after
        self._note = note
        self.leave = leave

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self.cut:
            await self._after()
        await super().send(message)

    def note(self) -> None:
        self._note(self)
        self.leave()


def _given(answer: f.Answer) -> ASGIApp:
    return Response(
        answer.body, answer.status, dict(answer.headers), media_type=answer.content_type
    )


def _dropping(exchange: _Exchange) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        exchange.abort()

    return app
