"""The one connection to QMS: signing in, asking, retrying; every failure comes as `QmsError`."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import replace

import httpx

from shared.adapters.http_faults import FAULTS
from shared.adapters.http_retrying import RetryPolicy, Timeouts
from shared.adapters.qms.answers import AnswerHead, Question, refusal, sign_in_schemes
from shared.adapters.qms.faults import explain
from shared.adapters.qms.interfaces import interface
from shared.adapters.qms.ntlm import Account, NtlmTransport
from shared.adapters.qms.operations import get_service_key
from shared.adapters.qms.retrying import with_retries
from shared.adapters.qms.service_key import ServiceKey
from shared.adapters.qms.soap_envelope import Operation, SoapAnswer, SoapReader
from shared.adapters.qms.soap_faults import ServiceKeyRefusedError, fault_error
from shared.adapters.qms.xml_reader import Limits
from shared.domain.errors import QmsAnswerError, QmsError

_EXCERPT_BYTES = 4096
_FAULT_BYTES = 4 * 1024 * 1024  # with the stack trace of the server
_IDLE_SECONDS = 30.0  # http.sys drops idle connections after 120 s, firewalls often sooner
_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
_TIMEOUTS = Timeouts()
_RETRIES = RetryPolicy()
_LIMITS = Limits()


class QmsConnection:
    r"""Asks QMS as one Windows account; holds one socket until `aclose`.

    Calls go one after the other: NTLM signs in a connection, and it is the only one.

    Args:
        url: the address of QMS, which ends in `/QMS/Service`.
        api: the version of the interface, as `QLIKVIEW__API` names it.
        user: `DOMAIN\user`.
        password: of the account.
        tls: how an https address is verified; by the system's CAs when None.
        timeouts: see `Timeouts`.
        retries: see `RetryPolicy`.
        limits: how large an answer may be.
        monotonic: a clock in seconds, by which the service key ages.
    """

    def __init__(
        self,
        url: str,
        api: str,
        user: str,
        password: str,
        *,
        tls: ssl.SSLContext | None = None,
        timeouts: Timeouts = _TIMEOUTS,
        retries: RetryPolicy = _RETRIES,
        limits: Limits = _LIMITS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = httpx.URL(url)
        self._interface = interface(api)
        self._timeouts = timeouts
        self._retries = retries
        self._limits = limits
        self._turn = asyncio.Lock()
        self._key = ServiceKey(lambda: self._send(get_service_key()), monotonic)
        self._client = _http_client(tls, timeouts, Account(user, password))

    async def ask[T](self, operation: Operation[T]) -> T:
        """The result of an operation."""

        async def attempt() -> T:
            return await self._with_key(operation)

        async with self._turn:
            return await with_retries(self._retries, attempt)

    async def aclose(self) -> None:
        """Close the socket."""
        await self._client.aclose()

    async def _with_key[T](self, operation: Operation[T]) -> T:
        try:
            return await self._send(operation, await self._key.current())
        except ServiceKeyRefusedError:  # it died early, as when QMS was started anew
            self._key.forget()
        return await self._send(operation, await self._key.current())

    async def _send[T](self, operation: Operation[T], key: str = "") -> T:
        question = self._question(operation)
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": self._interface.soap_action(operation.name),
        }
        try:
            async with (
                asyncio.timeout(self._timeouts.whole),
                self._client.stream(
                    "POST",
                    self._url,
                    content=self._interface.envelope(operation.name, operation.parameters),
                    headers=headers | ({"X-Service-Key": key} if key else {}),
                ) as response,
            ):
                return await self._read(response, operation, question)
        except FAULTS as fault:
            raise explain(fault, question) from fault

    async def _read[T](
        self, response: httpx.Response, operation: Operation[T], question: Question
    ) -> T:
        head = _head_of(response, question)
        if not head.is_xml or head.status == httpx.codes.UNAUTHORIZED:
            raise refusal(replace(head, text=await _start_of(response)))
        answer = await self._soap(response, operation, head)
        if answer.fault:
            raise fault_error(answer.fault, question)
        if head.status != httpx.codes.OK:
            raise refusal(head)
        if answer.result is None:
            raise QmsAnswerError(
                f"{question.site} answered {operation.name} without a result in it: check that "
                "QLIKVIEW__URL is the address of QMS itself."
            )
        return answer.result

    async def _soap[T](
        self, response: httpx.Response, operation: Operation[T], head: AnswerHead
    ) -> SoapAnswer[T]:
        good = head.status == httpx.codes.OK
        limits = self._limits if good else replace(self._limits, body=_FAULT_BYTES)
        reader = SoapReader(operation, limits)
        try:
            async for chunk in response.aiter_bytes():
                reader.feed(chunk)
            return reader.finish()
        except QmsError as error:
            raise (error if good else refusal(head)) from error

    def _question[T](self, operation: Operation[T]) -> Question:
        port = self._url.port or {"http": 80, "https": 443}.get(self._url.scheme)
        return Question(
            operation=operation.name,
            site=f"{self._url.host}:{port}",
            api=self._interface.version,
            rights=operation.rights,
        )


def _http_client(
    tls: ssl.SSLContext | None, timeouts: Timeouts, account: Account
) -> httpx.AsyncClient:
    one = httpx.Limits(
        max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_SECONDS
    )
    # A proxy or CA from the environment has no business here.
    inner = httpx.AsyncHTTPTransport(
        verify=tls or ssl.create_default_context(), trust_env=False, limits=one
    )
    return httpx.AsyncClient(
        transport=NtlmTransport(inner, account),
        trust_env=False,
        follow_redirects=False,
        headers={"Accept": "text/xml", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
    )


def _head_of(response: httpx.Response, question: Question) -> AnswerHead:
    headers = response.headers
    if headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        raise QmsAnswerError(
            f"{question.site} encoded its answer to {question.operation} in a way that wasn't "
            "asked for (Content-Encoding): look at proxies on the way."
        )
    return AnswerHead(
        question=question,
        status=response.status_code,
        content_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
        location=headers.get("location", ""),
        offered=sign_in_schemes(headers.get_list("www-authenticate", split_commas=True)),
    )


async def _start_of(response: httpx.Response) -> str:
    start = bytearray()
    async for chunk in response.aiter_bytes():
        start += chunk[: _EXCERPT_BYTES - len(start)]
        if len(start) >= _EXCERPT_BYTES:
            break
    return start.decode("utf-8", "replace")
