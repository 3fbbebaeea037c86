"""Reading from QRS: whole lists, or an error with advice."""

import gzip

import pytest

from shared.domain.errors import QrsAnswerError, QrsUnavailableError
from shared.domain.model import LicenseType
from shared.usecases.ports import Qrs
from tests.integration.qrs.raw_server import (
    raw_server,
    reply,
    send,
    server_tls,
)
from tests.integration.qrs.site import (
    CLIENT,
    GUID,
    OTHER_GUID,
    ROOT,
    SERVER,
    qrs_client,
)

TLS = server_tls(SERVER, clients=ROOT)
LICENSE = {"id": GUID, "lastUsed": "2026-01-01T00:00:00.000Z", "user": None}
CUT = b'[{"id":"' + GUID.encode() + b'"},'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
JSON_HEAD = _HEAD + b"Content-Length: 500\r\n\r\n"


def _ids(count: int) -> list[str]:
    return [f"00000000-0000-0000-0000-{number:012x}" for number in range(count)]


async def test_the_client_fills_the_port() -> None:
    """The adapter has every method that the use cases call."""
    async with (
        raw_server(TLS, reply(body={"buildVersion": "30.4.0.0"})) as server,
        qrs_client(server.port) as client,
    ):
        port: Qrs = client
        assert await port.site_version() == "30.4.0.0"


async def test_a_request_is_signed_as_qrs_wants_it() -> None:
    """The key is in query and header, new each time; the account is in X-Qlik-User."""
    async with raw_server(TLS, reply(body=[])) as server, qrs_client(server.port) as client:
        await client.access_licenses(LicenseType.ANALYZER)
        await client.access_licenses(LicenseType.PROFESSIONAL)
    first, second = server.requests
    assert first.path == "/qrs/license/analyzeraccesstype/full"
    assert second.path == "/qrs/license/professionalaccesstype/full"
    assert first.query["xrfkey"] == first.headers["x-qlik-xrfkey"]
    assert first.query["xrfkey"] != second.query["xrfkey"]
    assert first.headers["x-qlik-user"] == "UserDirectory=INTERNAL; UserId=sa_api"
    assert server.connections == 1


async def test_licenses_by_id_are_asked_for_in_batches() -> None:
    """A hundred ids a URL; rows that were not asked for are left out."""
    ids = _ids(250)
    answer = reply(body=[LICENSE])
    rows = [{"id": each} for each in (*ids[:2], GUID)]
    async with (
        raw_server(TLS, reply(body=rows), answer) as server,
        qrs_client(server.port) as client,
    ):
        found = await client.access_licenses_by_id(LicenseType.ANALYZER, ids)
    assert sorted(found) == ids[:2]
    assert [each.query["filter"].count("id eq ") for each in server.requests] == [100, 100, 50]
    assert "+" not in server.requests[0].target


async def test_few_users_are_asked_for_by_id_and_many_by_one_list() -> None:
    """Two hundred users are two filters; one more is one list of all users."""
    wanted = _ids(201)
    rows = [{"id": each, "userId": "x", "userDirectory": "D"} for each in (*wanted[:3], GUID)]
    async with raw_server(TLS, reply(body=rows)) as server, qrs_client(server.port) as client:
        few = await client.users([each.upper() for each in wanted[:200]])
        many = await client.users(wanted)
        none = await client.users([])
    assert [("filter" in each.query, each.path) for each in server.requests] == [
        (True, "/qrs/user/full"),
        (True, "/qrs/user/full"),
        (False, "/qrs/user/full"),
    ]
    assert sorted(few) == sorted(many) == wanted[:3]
    assert none == {}


async def test_a_site_without_a_license_and_a_null_overview() -> None:
    """`null` is an answer for the license, and an error for what always exists."""
    async with raw_server(TLS, reply(body=None)) as server, qrs_client(server.port) as client:
        assert await client.server_license() is None
        with pytest.raises(QrsAnswerError, match="null instead of the access type overview"):
            await client.overview()


async def test_a_compressed_list_in_chunks_is_read() -> None:
    """Gzip and chunked transfer are undone."""
    body = gzip.compress(b'[{"id":"' + GUID.encode() + b'"}]')
    chunks = b"".join(b"%x\r\n%b\r\n" % (1, body[i : i + 1]) for i in range(len(body)))
    head = _HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with (
        raw_server(TLS, send(head + chunks + b"0\r\n\r\n")) as server,
        qrs_client(server.port) as client,
    ):
        assert len(await client.access_licenses(LicenseType.ANALYZER)) == 1


async def test_nothing_listens() -> None:
    """A refused connection names host and port, after the attempts."""
    async with raw_server(TLS, reply()) as server:
        port = server.port
    async with qrs_client(port) as client:
        with pytest.raises(QrsUnavailableError, match=r"refuses connections.*PORT.*Attempts: 3"):
            await client.overview()


async def test_an_unknown_host() -> None:
    """A name that DNS does not know names the setting."""
    async with qrs_client(4242, host="qlik.invalid") as client:
        with pytest.raises(QrsUnavailableError, match=r"can't be resolved.*QLIK_SENSE__HOST"):
            await client.overview()


async def test_an_environment_proxy_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy or a CA in the environment changes nothing."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    async with (
        raw_server(TLS, reply(body={"buildVersion": "1"})) as server,
        qrs_client(server.port, material=CLIENT.material) as client,
    ):
        assert await client.site_version() == "1"


async def test_ids_that_are_no_guids_never_reach_qrs() -> None:
    """An id with a filter in it is refused before anything is sent."""
    async with raw_server(TLS, reply(body=[])) as server, qrs_client(server.port) as client:
        with pytest.raises(ValueError, match="no GUID"):
            await client.access_licenses_by_id(LicenseType.ANALYZER, [OTHER_GUID, "x or 1 eq 1"])
        with pytest.raises(ValueError, match="no GUID"):
            await client.users(["' or 1 eq 1"])
    assert server.requests == []
