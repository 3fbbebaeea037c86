"""One connection pool to QRS: signing, asking, retrying; every failure comes out as `QrsError`."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from shared.adapters.http_faults import FAULTS
from shared.adapters.http_retrying import RetryPolicy, Timeouts
from shared.adapters.qrs import paths
from shared.adapters.qrs.answers import AnswerHead, Question, read_problem
from shared.adapters.qrs.authentication import Auth, JwtAuth, new_xrfkey
from shared.adapters.qrs.changes import Change
from shared.adapters.qrs.faults import certainly_not_sent, explain
from shared.adapters.qrs.json_body import BodyReader
from shared.adapters.qrs.request_gate import Attempt, RequestGate
from shared.adapters.qrs.retrying import retry_after_seconds, with_retries
from shared.adapters.qrs.server_clock import ServerClock
from shared.domain.errors import HeldBackError

_EXCERPT_BYTES = 4096
_ANSWER_BYTES = 4 * 1024 * 1024  # of an answer to a change: a selection of 10,000 items
_IDLE_SECONDS = 30.0  # http.sys drops idle connections after 120 s, firewalls often sooner
_TIMEOUTS = Timeouts()
_RETRIES = RetryPolicy()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def always() -> bool:
    """Nothing holds a change back."""
    return True


class QrsConnection:
    """Asks QRS as one account; holds sockets until `aclose`.

    A virtual proxy's session cookie is kept, so that all requests share one session (five are
    allowed per user). At most `concurrency` requests are under way, or fewer if `gate` is told so.
    `server_clock` is told of every answer that was data.
    """

    def __init__(
        self,
        base_url: str,
        tls: ssl.SSLContext,
        auth: Auth,
        *,
        tls_server_name: str | None = None,
        virtual_proxy: str = "",
        timeouts: Timeouts = _TIMEOUTS,
        retries: RetryPolicy = _RETRIES,
        concurrency: int = 8,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._address = paths.Address(base_url, virtual_proxy)
        self._auth = auth
        self._extensions = {"sni_hostname": tls_server_name} if tls_server_name else {}
        self._whole = timeouts.whole
        self._retries = retries
        self._now = now
        self.gate = RequestGate(concurrency)
        self.server_clock = ServerClock()
        self._client = _http_client(tls, timeouts, concurrency)

    async def read[T](
        self, path: str, new_reader: Callable[[], BodyReader[T]], filter_text: str = ""
    ) -> T:
        """GET `/qrs/{path}`; each attempt feeds a reader of its own.

        It goes before changes that wait for their turn: so the look of one message does not wait
        behind the DELETEs of all others.
        """
        question = self._question("GET", path)

        async def once(attempt: Attempt) -> T:
            return await self._read_once(attempt, question, path, new_reader(), filter_text)

        return await self._in_turn(once, urgent=True)

    async def change[T](
        self,
        change: Change,
        judge: Callable[[AnswerHead], T],
        lost: Callable[[str], T],
        may_send: Callable[[], bool] = always,
    ) -> T:
        """Send a change; it is sent again only when QRS can't have seen it, or said 429.

        `judge` reads the answer. `lost` makes the result, of the reason, when it was sent and no
        answer came: nobody knows then whether it was carried out. `may_send` is asked when the turn
        of the change has come, and again before it is sent again.

        Raises:
            HeldBackError: `may_send` said no, and nothing was carried out.
        """
        question = self._question(change.method, change.path)

        async def once(attempt: Attempt) -> T:
            if not may_send():
                raise HeldBackError(f"{question.text} was held back.")
            return await self._change_once(attempt, question, change, judge, lost)

        return await self._in_turn(once)

    async def aclose(self) -> None:
        """Close all sockets."""
        await self._client.aclose()

    async def _in_turn[T](
        self, once: Callable[[Attempt], Awaitable[T]], *, urgent: bool = False
    ) -> T:
        async def attempted() -> T:
            async with self.gate.attempt(urgent=urgent) as attempt:
                return await once(attempt)

        async with self.gate.caller(urgent=urgent):
            return await with_retries(self._retries, attempted)

    async def _read_once[T](
        self,
        attempt: Attempt,
        question: Question,
        path: str,
        reader: BodyReader[T],
        filter_text: str,
    ) -> T:
        sent = self._now()
        try:
            async with self._answer(attempt, self._send("GET", path, filter_text)) as response:
                received = self._now()
                await self._refuse_unless_data(response, question)
                self.server_clock.note(response.headers.get("date"), sent, received)
                async for chunk in response.aiter_bytes():
                    reader.feed(chunk)
        except FAULTS as fault:
            raise explain(fault, question) from fault
        return reader.finish()

    async def _change_once[T](
        self,
        attempt: Attempt,
        question: Question,
        change: Change,
        judge: Callable[[AnswerHead], T],
        lost: Callable[[str], T],
    ) -> T:
        try:
            sending = self._send(change.method, change.path, body=change.body)
            async with self._answer(attempt, sending) as response:
                head = await self._whole_head(response, question, _ANSWER_BYTES)
        except FAULTS as fault:
            if certainly_not_sent(fault):
                raise explain(fault, question) from fault
            return lost(str(explain(fault, question)))
        if change.tells_how_busy and head.status == HTTPStatus.NO_CONTENT:
            attempt.done()
        return judge(head)

    @asynccontextmanager
    async def _answer(
        self, attempt: Attempt, sending: AbstractAsyncContextManager[httpx.Response]
    ) -> AsyncIterator[httpx.Response]:
        """The answer, for as long as a request may take; the gate is told if QRS has trouble."""
        try:
            async with asyncio.timeout(self._whole), sending as response:
                attempt.answered(response.status_code)
                yield response
        except FAULTS as fault:
            attempt.failed(fault)
            raise

    def _send(
        self, method: str, path: str, filter_text: str = "", body: bytes = b""
    ) -> AbstractAsyncContextManager[httpx.Response]:
        key = new_xrfkey()
        kind = {"Content-Type": "application/json"} if body else {}
        return self._client.stream(
            method,
            self._address.url(path, key, filter_text),
            headers={"X-Qlik-Xrfkey": key, **self._auth.headers(), **kind},
            content=body or None,
            extensions=self._extensions,
        )

    async def _refuse_unless_data(self, response: httpx.Response, question: Question) -> None:
        if not _head_of(response, question).is_data:
            raise read_problem(await self._whole_head(response, question))

    async def _whole_head(
        self, response: httpx.Response, question: Question, at_most: int = _EXCERPT_BYTES
    ) -> AnswerHead:
        wait = retry_after_seconds(response.headers.get("retry-after"), self._now())
        text = await _start_of(response.aiter_bytes(), at_most)
        return replace(_head_of(response, question), text=text, retry_after=wait)

    def _question(self, method: str, path: str) -> Question:
        by_jwt = isinstance(self._auth, JwtAuth)
        return Question(f"{method} /qrs/{path}", self._address.site, by_jwt)


def _http_client(tls: ssl.SSLContext, timeouts: Timeouts, concurrency: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=tls,
        trust_env=False,  # a proxy or CA from the environment has no business here
        follow_redirects=False,  # a redirect leads to a login page
        headers={"Accept": "application/json"},
        timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
        limits=httpx.Limits(
            max_connections=concurrency,
            max_keepalive_connections=concurrency,
            keepalive_expiry=_IDLE_SECONDS,
        ),
    )


def _head_of(response: httpx.Response, question: Question) -> AnswerHead:
    return AnswerHead(
        question=question,
        status=response.status_code,
        content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
        location=response.headers.get("location", ""),
    )


async def _start_of(body: AsyncIterator[bytes], at_most: int) -> str:
    start = bytearray()
    async for chunk in body:  # to its end, so that the connection can be used again
        start += chunk[: at_most - len(start)]
    return start.decode("utf-8", "replace")
