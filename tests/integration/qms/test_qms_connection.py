"""The way to QMS when something else answers, or nothing does, byte for byte."""

import asyncio
import gzip
import socket
import ssl

import pytest

from shared.domain.errors import (
    QmsAnswerError,
    QmsDeniedError,
    QmsUnavailableError,
)
from tests.integration.qrs.raw_server import (
    Answer,
    raw_server,
    reply,
    send,
    send_and_close,
    send_and_hang,
    server_tls,
)
from tests.integration.qrs.site import ROOT, SERVER
from tests.integration.qrs.strict_server import strict_server
from tests.unit.adapters_qms.clients import HASTY, RAW_PASSWORD, RAW_USER, raw_client
from tests.unit.adapters_qms.documents import answer

XML = "text/xml; charset=utf-8"
KEY = reply(
    body=answer(
        "GetTimeLimitedServiceKey",
        "<GetTimeLimitedServiceKeyResult>KEY</GetTimeLimitedServiceKeyResult>",
    ),
    kind=XML,
)
NO_SERVERS = answer("GetServices", "<GetServicesResult/>")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


def _refused(*ways: str) -> Answer:
    lines = "".join(f"WWW-Authenticate: {way}\r\n" for way in ways)
    return send(f"HTTP/1.1 401 Unauthorized\r\n{lines}Content-Length: 0\r\n\r\n".encode())


async def test_a_request_is_soap_1_1_with_the_key_in_its_header() -> None:
    """The first request asks for the key and has none; none of them has an account in clear."""
    good = reply(body=NO_SERVERS, kind=XML)
    async with raw_server(None, KEY, good) as server, raw_client(server.port) as client:
        assert await client.servers() == []
    first, second = server.requests
    for request, operation in ((first, "GetTimeLimitedServiceKey"), (second, "GetServices")):
        assert (request.method, request.target) == ("POST", "/QMS/Service")
        assert request.headers["content-type"] == "text/xml; charset=utf-8"
        assert request.headers["soapaction"] == f'"http://ws.qliktech.com/QMS/12/IQMS/{operation}"'
        assert RAW_PASSWORD not in str(request)
        assert RAW_USER not in str(request)
    assert "x-service-key" not in first.headers
    assert second.headers["x-service-key"] == "KEY"


@pytest.mark.parametrize(
    ("ways", "offered"),
    [(("Basic realm=x",), "Basic"), ((), "nothing"), (("Kerberos", "Bearer"), "Kerberos and Bear")],
)
async def test_a_way_to_sign_in_that_we_lack_is_named(ways: tuple[str, ...], offered: str) -> None:
    """The account goes nowhere in clear."""
    async with raw_server(None, _refused(*ways)) as server, raw_client(server.port) as client:
        with pytest.raises(QmsDeniedError, match=f"offers {offered}.*not NTLM"):
            await client.servers()
    assert len(server.requests) == 1


@pytest.mark.parametrize("challenge", ["!!!", "TlRMTVNTUAA=", "AAAA", "TlRMTVNTUAACAAAA"])
@pytest.mark.parametrize("way", ["NTLM", "Negotiate"])
async def test_a_challenge_that_is_none_ends_the_sign_in(way: str, challenge: str) -> None:
    """It is told as what it is, whatever the library makes of it."""
    answers = _refused(way), _refused(f"{way} {challenge}")
    async with raw_server(None, *answers) as server, raw_client(server.port) as client:
        with pytest.raises(QmsAnswerError, match="broke off the sign-in by NTLM"):
            await client.servers()
    assert len(server.requests) == 2


async def test_a_connection_closed_while_idle_is_opened_anew() -> None:
    """The key is still good, and goes over the new connection."""
    good = reply(body=NO_SERVERS, kind=XML)
    closing = send_and_close(_HEAD + b"Content-Length: %d\r\n\r\n" % len(NO_SERVERS) + NO_SERVERS)
    async with raw_server(None, KEY, closing, good) as server, raw_client(server.port) as client:
        assert await client.servers() == []
        assert await client.servers() == []
    assert server.connections == 2
    assert len(server.requests) == 3


async def test_a_cancelled_call_leaves_the_way_free() -> None:
    """The next call is not kept waiting by what the one before it left behind."""
    arrived = asyncio.Event()

    async def silence(writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    good = reply(body=NO_SERVERS, kind=XML)
    async with raw_server(None, KEY, silence, good) as server, raw_client(server.port) as client:
        call = asyncio.create_task(client.servers())
        await arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await client.servers() == []


@pytest.mark.parametrize(
    "fault",
    [
        send_and_hang(),
        send_and_hang(_HEAD + b"Content-Length: 500\r\n\r\n<s:Envelope"),
        send_and_close(_HEAD + b"Content-Length: 500\r\n\r\n<s:Envelope"),
        send_and_close(_HEAD + b"Connection: close\r\n\r\n" + NO_SERVERS[:-9]),
        send_and_close(b"SSH-2.0-OpenSSH\r\n\r\n"),
    ],
    ids=["silence", "silence in the body", "cut body", "whole but cut XML", "no HTTP"],
)
async def test_silence_and_half_answers_are_survived_once_and_told_if_they_stay(
    fault: Answer,
) -> None:
    """Half an answer is never taken for a whole one."""
    good = reply(body=NO_SERVERS, kind=XML)
    async with (
        raw_server(None, KEY, fault, good) as server,
        raw_client(server.port, timeouts=HASTY) as client,
    ):
        assert await client.servers() == []
    async with (
        raw_server(None, KEY, fault) as server,
        raw_client(server.port, timeouts=HASTY) as client,
    ):
        with pytest.raises(QmsUnavailableError, match="Attempts: 3"):
            await client.servers()


async def test_a_proxy_that_compresses_is_understood_one_that_does_it_twice_is_not() -> None:
    """Compression upon compression is how a small answer becomes an endless one."""
    packed = gzip.compress(NO_SERVERS)
    once = reply(body=packed, kind=XML, headers={"Content-Encoding": "gzip"})
    twice = reply(body=gzip.compress(packed), kind=XML, headers={"Content-Encoding": "gzip, gzip"})
    damaged = reply(body=NO_SERVERS, kind=XML, headers={"Content-Encoding": "gzip"})
    answers = KEY, once, twice, damaged
    async with raw_server(None, *answers) as server, raw_client(server.port) as client:
        assert await client.servers() == []
        with pytest.raises(QmsAnswerError, match="Content-Encoding"):
            await client.servers()
        with pytest.raises(QmsAnswerError, match="compressed its answer"):
            await client.servers()


async def test_a_refused_connection_names_the_address_to_check() -> None:
    """Nothing listens there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with raw_client(port) as client:
        with pytest.raises(QmsUnavailableError, match="refuses connections: check QLIKVIEW__URL"):
            await client.servers()


async def test_a_name_that_can_not_be_resolved_is_told() -> None:
    """`.invalid` never exists."""
    async with raw_client(0, url="http://qlikview.invalid:4799/QMS/Service") as client:
        with pytest.raises(QmsUnavailableError, match=r"qlikview\.invalid:4799 can't be resolved"):
            await client.servers()


def _tls(version: ssl.TLSVersion) -> ssl.SSLContext:
    tls = ssl.create_default_context(cadata=ROOT.pem.decode())
    tls.check_hostname = False
    tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
    tls.maximum_version = version
    return tls


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_qms_that_wants_a_certificate_is_told_as_not_supported(
    version: ssl.TLSVersion,
) -> None:
    """It speaks another SOAP there (QMS fact 1.6)."""
    with strict_server(server_tls(SERVER, clients=ROOT)) as server:
        async with raw_client(server.port, tls=_tls(version)) as client:
            with pytest.raises(QmsDeniedError, match=r"wants a client certificate.*wsHttpBinding"):
                await client.servers()
    assert server.connections == 1
