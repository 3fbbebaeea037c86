"""Faults while reading: what may pass is tried again, what will not is told at once."""

import asyncio

import pytest

from shared.adapters.qrs import Timeouts
from shared.domain.errors import QrsAnswerError, QrsDeniedError, QrsError, QrsUnavailableError
from shared.domain.model import LicenseType
from tests.integration.qrs.raw_server import (
    Answer,
    raw_server,
    reply,
    send,
    send_and_abort,
    send_and_close,
    send_and_hang,
    server_tls,
)
from tests.integration.qrs.site import (
    GUID,
    HASTY,
    PATIENT,
    ROOT,
    SERVER,
    qrs_client,
)

TLS = server_tls(SERVER, clients=ROOT)
LICENSE = {"id": GUID, "lastUsed": "2026-01-01T00:00:00.000Z", "user": None}
CUT = b'[{"id":"' + GUID.encode() + b'"},'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
JSON_HEAD = _HEAD + b"Content-Length: 500\r\n\r\n"


def _patience(fault: str) -> Timeouts:
    return HASTY if "silence" in fault else PATIENT


PASSING: dict[str, Answer] = {
    "429": reply(429, headers={"Retry-After": "0"}),
    "429 with a date that passed": reply(
        429, headers={"Retry-After": "Thu, 01 Jan 2015 00:00:00 GMT"}
    ),
    "500": reply(500),
    "502 page": reply(502, b"<html>", "text/html"),
    "503": reply(503),
    "504": reply(504),
    "closed without a word": send_and_close(),
    "broken without a word": send_and_abort(),
    "broken in the head": send_and_abort(_HEAD),
    "closed in the body": send_and_close(JSON_HEAD + CUT),
    "broken in the body": send_and_abort(JSON_HEAD + CUT),
    "body without length closed early": send_and_close(_HEAD + b"Connection: close\r\n\r\n" + CUT),
    "last chunk missing": send_and_close(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n"),
    "whole but cut JSON": reply(body=CUT),
    "damaged gzip": reply(body=b"[]", headers={"Content-Encoding": "gzip"}),
    "no HTTP": send_and_close(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "silence": send_and_hang(),
    "silence in the body": send_and_hang(JSON_HEAD + CUT),
}


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_passes_is_survived(fault: str) -> None:
    """After one fault of any kind the whole list comes."""
    async with (
        raw_server(TLS, PASSING[fault], reply(body=[LICENSE])) as server,
        qrs_client(server.port, timeouts=_patience(fault)) as client,
    ):
        (found,) = await client.access_licenses(LicenseType.ANALYZER)
    assert found.id == GUID
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_stays_is_told_after_three_attempts(fault: str) -> None:
    """A fault that does not pass ends in one error that says how often it was tried."""
    async with (
        raw_server(TLS, PASSING[fault]) as server,
        qrs_client(server.port, timeouts=_patience(fault)) as client,
    ):
        with pytest.raises(QrsUnavailableError, match=r"Attempts: 3\."):
            await client.access_licenses(LicenseType.ANALYZER)
    assert len(server.requests) == 3


async def test_an_answer_that_trickles_is_given_up() -> None:
    """A server that sends a byte now and then holds a worker no longer than `whole`."""

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + b"\r\n[")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    impatient = Timeouts(connect=5.0, read=5.0, whole=0.3)
    async with (
        raw_server(TLS, trickle, reply(body=[])) as server,
        qrs_client(server.port, timeouts=impatient) as client,
    ):
        assert await client.access_licenses(LicenseType.ANALYZER) == []


async def test_a_long_retry_after_is_respected_by_not_asking_again() -> None:
    """When QRS asks for more than there is, it is not asked again, and the wait is told."""
    async with (
        raw_server(TLS, reply(503, headers={"Retry-After": "900"})) as server,
        qrs_client(server.port) as client,
    ):
        with pytest.raises(QrsUnavailableError, match="900 s"):
            await client.overview()
    assert len(server.requests) == 1


FINAL: dict[str, tuple[Answer, type[QrsError], str]] = {
    "redirect": (
        reply(302, headers={"Location": "https://127.0.0.1:1/login?t=1"}),
        QrsDeniedError,
        "not signed in",
    ),
    "login page": (reply(200, b"<html>[]</html>", "text/html"), QrsDeniedError, "web page"),
    "plain text": (reply(200, b"[]", "text/plain"), QrsAnswerError, "text/plain"),
    "xsrf": (reply(403, b"XSRF prevention check failed.", "text/plain"), QrsDeniedError, "Xrfkey"),
    "host allow list": (
        reply(400, b"<p>The http request header is incorrect.</p>", "text/html; charset=utf-8"),
        QrsDeniedError,
        "allow list",
    ),
    "no rights": (reply(403, b"Forbidden", "text/plain"), QrsDeniedError, "RootAdmin"),
    "an object": (reply(body={"value": 0}), QrsAnswerError, "something else than the list"),
    "null": (reply(body=None), QrsAnswerError, "something else than the list"),
    "twice": (reply(body=[LICENSE, LICENSE]), QrsAnswerError, "twice"),
    "bad date": (reply(body=[LICENSE | {"lastUsed": "?"}]), QrsAnswerError, f"lastUsed.*{GUID}"),
    "partial content": (reply(206, b"[]"), QrsAnswerError, "206"),
    "no content": (send(b"HTTP/1.1 204 No Content\r\n\r\n"), QrsAnswerError, "204"),
}


@pytest.mark.parametrize("case", FINAL)
async def test_what_is_no_list_is_an_error_at_once(case: str) -> None:
    """Nothing of it is read as an empty list, and it is not asked for again."""
    answer, error, sentence = FINAL[case]
    async with raw_server(TLS, answer) as server, qrs_client(server.port) as client:
        with pytest.raises(error, match=sentence):
            await client.access_licenses(LicenseType.ANALYZER)
    assert len(server.requests) == 1
