"""One connection pool to QRS: signing, asking, retrying; every failure comes out as `QrsError`."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime

import httpx

from shared.adapters.qrs import paths
from shared.adapters.qrs.answers import AnswerHead, Question, delete_answer, read_problem
from shared.adapters.qrs.authentication import Auth, JwtAuth, new_xrfkey
from shared.adapters.qrs.faults import FAULTS, certainly_not_sent, explain
from shared.adapters.qrs.json_body import BodyReader
from shared.adapters.qrs.retrying import RetryPolicy, Timeouts, retry_after_seconds, with_retries
from shared.domain.model import LicenseType
from shared.domain.release import DeleteAnswer

_EXCERPT_BYTES = 4096
_IDLE_SECONDS = 30.0  # http.sys drops idle connections after 120 s, firewalls often sooner
_TIMEOUTS = Timeouts()
_RETRIES = RetryPolicy()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class QrsConnection:
    """Asks QRS as one account; holds sockets until `aclose`.

    A virtual proxy's session cookie is kept, so that all requests share one session (five are
    allowed per user). At most `concurrency` requests are under way, those that wait for their next
    attempt included: a QRS that asks for a pause gets one.
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
        self._slots = asyncio.Semaphore(concurrency)
        self._now = now
        self._client = _http_client(tls, timeouts, concurrency)

    async def read[T](
        self, path: str, new_reader: Callable[[], BodyReader[T]], filter_text: str = ""
    ) -> T:
        """GET `/qrs/{path}`; each attempt feeds a reader of its own."""
        question = self._question("GET", path)

        async def attempt() -> T:
            return await self._read_once(question, path, new_reader(), filter_text)

        async with self._slots:
            return await with_retries(self._retries, attempt)

    async def delete(self, license_type: LicenseType, license_id: str) -> DeleteAnswer:
        """DELETE one access license; sent again only when QRS can't have seen it, or said 429."""
        path = paths.access_license(license_type, license_id)
        question = self._question("DELETE", path)

        async def attempt() -> DeleteAnswer:
            return await self._delete_once(question, path)

        async with self._slots:
            return await with_retries(self._retries, attempt)

    async def aclose(self) -> None:
        """Close all sockets."""
        await self._client.aclose()

    async def _read_once[T](
        self, question: Question, path: str, reader: BodyReader[T], filter_text: str
    ) -> T:
        try:
            async with (
                asyncio.timeout(self._whole),
                self._send("GET", path, filter_text) as response,
            ):
                await self._refuse_unless_data(response, question)
                async for chunk in response.aiter_bytes():
                    reader.feed(chunk)
        except FAULTS as fault:
            raise explain(fault, question) from fault
        return reader.finish()

    async def _delete_once(self, question: Question, path: str) -> DeleteAnswer:
        try:
            async with asyncio.timeout(self._whole), self._send("DELETE", path) as response:
                head = await self._whole_head(response, question)
        except FAULTS as fault:
            if certainly_not_sent(fault):
                raise explain(fault, question) from fault
            return DeleteAnswer.LOST
        return delete_answer(head)

    def _send(
        self, method: str, path: str, filter_text: str = ""
    ) -> AbstractAsyncContextManager[httpx.Response]:
        key = new_xrfkey()
        return self._client.stream(
            method,
            self._address.url(path, key, filter_text),
            headers={"X-Qlik-Xrfkey": key, **self._auth.headers()},
            extensions=self._extensions,
        )

    async def _refuse_unless_data(self, response: httpx.Response, question: Question) -> None:
        if not _head_of(response, question).is_data:
            raise read_problem(await self._whole_head(response, question))

    async def _whole_head(self, response: httpx.Response, question: Question) -> AnswerHead:
        wait = retry_after_seconds(response.headers.get("retry-after"), self._now())
        text = await _start_of(response.aiter_bytes())
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


async def _start_of(body: AsyncIterator[bytes]) -> str:
    start = b""
    async for chunk in body:  # to its end, so that the connection can be used again
        start = (start + chunk)[:_EXCERPT_BYTES]
    return start.decode("utf-8", "replace")
