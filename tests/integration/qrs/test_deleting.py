"""DELETE: sent again only when QRS certainly did not act, and never answered for by guessing."""

import asyncio

import pytest

from shared.adapters.qrs import Timeouts
from shared.domain.errors import QrsAnswerError, QrsDeniedError, QrsError, QrsUnavailableError
from shared.domain.model import LicenseType
from shared.domain.release import DeleteAnswer
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
from tests.integration.qrs.site import GUID, HASTY, PATIENT, ROOT, SERVER, qrs_client

TLS = server_tls(SERVER, clients=ROOT)
NO_CONTENT = send(b"HTTP/1.1 204 No Content\r\n\r\n")


async def test_delete_goes_to_the_access_license_and_nothing_else() -> None:
    """The request names type and id, and is signed like any other."""
    async with raw_server(TLS, NO_CONTENT) as server, qrs_client(server.port) as client:
        answer = await client.delete_access_license(LicenseType.PROFESSIONAL, GUID.upper())
    (request,) = server.requests
    assert answer is DeleteAnswer.ACCEPTED
    assert request.method == "DELETE"
    assert request.path == f"/qrs/license/professionalaccesstype/{GUID}"
    assert request.query == {"xrfkey": request.headers["x-qlik-xrfkey"]}


@pytest.mark.parametrize("license_id", ["", ".", "..", f"../{GUID}", f"{GUID}/../../{GUID}", "%2e"])
async def test_no_id_reaches_another_path(license_id: str) -> None:
    """What is no GUID is refused before anything is sent."""
    async with raw_server(TLS, NO_CONTENT) as server, qrs_client(server.port) as client:
        with pytest.raises(ValueError, match="no GUID"):
            await client.delete_access_license(LicenseType.ANALYZER, license_id)
    assert server.requests == []


def _patience(fault: str) -> Timeouts:
    return HASTY if "silence" in fault else PATIENT


ANSWERS: dict[str, tuple[Answer, DeleteAnswer]] = {
    "200": (reply(200, body={}), DeleteAnswer.ACCEPTED),
    "404": (reply(404), DeleteAnswer.ALREADY_GONE),
    "500": (reply(500), DeleteAnswer.LOST),
    "502 page": (reply(502, b"<html>", "text/html"), DeleteAnswer.LOST),
    "503 with Retry-After": (reply(503, headers={"Retry-After": "0"}), DeleteAnswer.LOST),
    "silence": (send_and_hang(), DeleteAnswer.LOST),
    "silence in the head": (send_and_hang(b"HTTP/1.1 204"), DeleteAnswer.LOST),
    "closed without a word": (send_and_close(), DeleteAnswer.LOST),
    "broken without a word": (send_and_abort(), DeleteAnswer.LOST),
    "broken in the head": (send_and_abort(b"HTTP/1.1 204 No"), DeleteAnswer.LOST),
    "no HTTP": (send_and_close(b"SSH-2.0-OpenSSH\r\n\r\n"), DeleteAnswer.LOST),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_a_delete_that_may_have_worked_is_sent_once(case: str) -> None:
    """Whatever comes back, or does not, DELETE is not sent a second time."""
    answer, expected = ANSWERS[case]
    async with (
        raw_server(TLS, answer) as server,
        qrs_client(server.port, timeouts=_patience(case)) as client,
    ):
        assert await client.delete_access_license(LicenseType.ANALYZER, GUID) is expected
    assert len(server.requests) == 1


async def test_an_answer_that_trickles_is_lost() -> None:
    """An answer that does not end in time can't be relied on."""

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    impatient = Timeouts(connect=5.0, read=5.0, whole=0.3)
    async with (
        raw_server(TLS, trickle) as server,
        qrs_client(server.port, timeouts=impatient) as client,
    ):
        answer = await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert answer is DeleteAnswer.LOST
    assert len(server.requests) == 1


@pytest.mark.parametrize("end", [send_and_close(), send_and_abort()])
async def test_a_kept_connection_that_breaks_loses_the_answer(end: Answer) -> None:
    """On a connection used before, nobody can tell whether QRS got it: it is not resent."""
    about = reply(body={"buildVersion": "1"})
    async with raw_server(TLS, about, end) as server, qrs_client(server.port) as client:
        await client.site_version()
        answer = await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert answer is DeleteAnswer.LOST
    assert [each.method for each in server.requests] == ["GET", "DELETE"]
    assert server.connections == 1


async def test_throttling_is_waited_out() -> None:
    """429 says that nothing was done: the same DELETE is sent again after the wait."""
    throttled = reply(429, headers={"Retry-After": "0"})
    async with raw_server(TLS, throttled, NO_CONTENT) as server, qrs_client(server.port) as client:
        answer = await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert answer is DeleteAnswer.ACCEPTED
    assert len(server.requests) == 2


async def test_throttling_that_stays_is_an_error() -> None:
    """After the last attempt QRS is not available; the license was not touched."""
    async with raw_server(TLS, reply(429)) as server, qrs_client(server.port) as client:
        with pytest.raises(QrsUnavailableError, match=r"429.*Attempts: 3\."):
            await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert len(server.requests) == 3


async def test_a_server_that_is_down_is_an_error_and_no_lost_answer() -> None:
    """Without a connection nothing was sent: it is tried again, then said so."""
    async with raw_server(TLS, NO_CONTENT) as server:
        port = server.port
    async with qrs_client(port) as client:
        with pytest.raises(QrsUnavailableError, match=r"refuses connections.*Attempts: 3\."):
            await client.delete_access_license(LicenseType.ANALYZER, GUID)


async def test_a_handshake_that_breaks_is_an_error_and_no_lost_answer() -> None:
    """A connection that never got through TLS carried no request."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.transport.abort()

    connections: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server, qrs_client(server.sockets[0].getsockname()[1]) as client:
        with pytest.raises(QrsUnavailableError, match=r"Attempts: 3\."):
            await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert len(connections) == 3


REFUSALS: dict[str, tuple[Answer, type[QrsError]]] = {
    "login page": (reply(200, b"<html>Sign in</html>", "text/html"), QrsDeniedError),
    "redirect": (reply(302, headers={"Location": "/login"}), QrsDeniedError),
    "401": (reply(401), QrsDeniedError),
    "403": (reply(403, b"Forbidden", "text/plain"), QrsDeniedError),
    "400": (reply(400, b"Invalid", "text/plain"), QrsAnswerError),
    "405": (reply(405), QrsAnswerError),
    "409": (reply(409), QrsAnswerError),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refusal_is_an_error_at_once(case: str) -> None:
    """A page or a status that says no is never taken for a release, nor asked again."""
    answer, error = REFUSALS[case]
    async with raw_server(TLS, answer) as server, qrs_client(server.port) as client:
        with pytest.raises(error):
            await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert len(server.requests) == 1
