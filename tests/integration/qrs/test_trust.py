"""Who trusts whom: roots, names, client certificates, and what is said when it fails."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.adapters.qrs import ClientCertificate, QrsClient, RetryPolicy, Timeouts
from shared.domain.errors import QrsDeniedError, QrsUnavailableError
from shared.domain.model import LicenseType
from tests.integration.qrs.certificates import DAY, NOW, Pair, issue, make_root
from tests.integration.qrs.raw_server import (
    RawServer,
    raw_server,
    reply,
    server_tls,
)
from tests.integration.qrs.site import CLIENT, GUID, ROOT, SERVER, qrs_client
from tests.integration.qrs.strict_server import strict_server

ABOUT = reply(body={"buildVersion": "30.4.0.0"})
ONCE = RetryPolicy(attempts=1)


@asynccontextmanager
async def _site(
    server_pair: Pair = SERVER,
    *,
    clients: Pair | None = ROOT,
    root: Pair = ROOT,
    material: ClientCertificate | None = CLIENT.material,
    server_name: str | None = None,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> AsyncIterator[tuple[RawServer, QrsClient]]:
    tls = server_tls(server_pair, clients)
    tls.maximum_version = newest
    async with (
        raw_server(tls, ABOUT) as server,
        qrs_client(
            server.port, root=root.pem, material=material, server_name=server_name
        ) as client,
    ):
        yield server, client


MATERIALS = {
    "one PEM": CLIENT.material,
    "two PEM": ClientCertificate(CLIENT.pem, CLIENT.key_pem),
    "PFX": ClientCertificate(CLIENT.pfx(None, ROOT.certificate)),
}


@pytest.mark.parametrize("form", MATERIALS)
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_both_sides_are_known_to_each_other(form: str, newest: ssl.TLSVersion) -> None:
    """Mutual TLS works with every form of the certificate and both versions of TLS."""
    async with _site(material=MATERIALS[form], newest=newest) as (_, client):
        assert await client.site_version() == "30.4.0.0"


async def test_an_old_root_without_key_identifiers_is_trusted() -> None:
    """Roots of old Qlik Sense installations, which Python 3.13 calls malformed, verify."""
    old = make_root(key_identifiers=False)
    pair, client_pair = issue(old, "127.0.0.1"), issue(old, "client")
    strict = ssl.create_default_context(cadata=old.pem.decode())
    async with _site(pair, clients=old, root=old, material=client_pair.material) as (
        server,
        client,
    ):
        assert await client.site_version() == "30.4.0.0"
        with pytest.raises(ssl.SSLCertVerificationError, match="Missing"):
            await asyncio.open_connection("127.0.0.1", server.port, ssl=strict)


async def test_another_root_is_not_trusted() -> None:
    """A server under another root is refused, and the root's setting is named."""
    async with _site(root=make_root("another")) as (server, client):
        with pytest.raises(QrsDeniedError, match="QLIK_SENSE__ROOT_CERTIFICATE"):
            await client.overview()
    assert server.requests == []


async def test_a_root_of_the_same_name_is_not_trusted() -> None:
    """Every Qlik site calls its root much the same: the name alone proves nothing."""
    async with _site(root=make_root()) as (server, client):
        with pytest.raises(QrsDeniedError, match="QLIK_SENSE__ROOT_CERTIFICATE"):
            await client.overview()
    assert server.requests == []


async def test_another_name_is_not_trusted() -> None:
    """A certificate for another host is refused, and the setting that helps is named."""
    async with _site(issue(ROOT, "qlikserver1")) as (server, client):
        with pytest.raises(QrsDeniedError, match=r"another name.*QLIK_SENSE__TLS_SERVER_NAME"):
            await client.overview()
    assert server.requests == []


async def test_the_name_in_the_certificate_can_be_given() -> None:
    """With the short name of the server given, its certificate verifies; a wrong one does not."""
    pair = issue(ROOT, "qlikserver1")
    async with _site(pair, server_name="qlikserver1") as (server, client):
        assert await client.site_version() == "30.4.0.0"
        assert server.requests[0].headers["host"] == f"127.0.0.1:{server.port}"
    async with _site(pair, server_name="qlikserver2") as (_, client):
        with pytest.raises(QrsDeniedError, match="QLIK_SENSE__TLS_SERVER_NAME"):
            await client.overview()


@pytest.mark.parametrize(
    "pair",
    [
        issue(ROOT, "127.0.0.1", ends=NOW - DAY / 2),
        issue(ROOT, "127.0.0.1", begins=NOW + DAY),
    ],
)
async def test_a_server_out_of_its_dates_is_not_trusted(pair: Pair) -> None:
    """An expired or future server certificate is told as such."""
    async with _site(pair) as (_, client):
        with pytest.raises(QrsDeniedError, match="out of its dates"):
            await client.overview()


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("material", [None, issue(make_root("another")).material])
async def test_a_server_that_refuses_the_client_certificate(
    newest: ssl.TLSVersion, material: ClientCertificate | None
) -> None:
    """Without a certificate, or with another site's, the certificate's setting is named."""
    tls = server_tls(SERVER, clients=ROOT)
    tls.maximum_version = newest
    with strict_server(tls) as server:
        async with qrs_client(server.port, material=material) as client:
            with pytest.raises(QrsDeniedError, match="QLIK_SENSE__CLIENT_CERTIFICATE"):
                await client.overview()
    assert (server.connections, server.let_in) == (1, 0)


async def test_a_delete_that_a_refused_certificate_stops_is_no_lost_answer() -> None:
    """The server's alert comes where an answer would be; QRS saw no request."""
    stranger = issue(make_root("another")).material
    with strict_server(server_tls(SERVER, clients=ROOT)) as server:
        async with qrs_client(server.port, material=stranger) as client:
            with pytest.raises(QrsDeniedError, match="refuses the client certificate"):
                await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert (server.connections, server.let_in) == (1, 0)


async def test_a_port_without_tls() -> None:
    """A server that speaks plain HTTP is told as such."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, qrs_client(server.sockets[0].getsockname()[1]) as client:
        with pytest.raises(QrsDeniedError, match=r"does not speak TLS.*QLIK_SENSE__PORT"):
            await client.overview()


async def test_a_server_that_never_greets() -> None:
    """A handshake that hangs ends as a timeout that names host, port and firewalls."""

    async def sit_still(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    gone = asyncio.Event()
    server = await asyncio.start_server(sit_still, "127.0.0.1", 0)
    quick = Timeouts(connect=0.1, read=5.0, whole=20.0)
    port = server.sockets[0].getsockname()[1]
    async with server, qrs_client(port, timeouts=quick, retries=ONCE) as client:
        with pytest.raises(QrsUnavailableError, match=r"in time.*QLIK_SENSE__HOST.*firewalls"):
            await client.overview()
        gone.set()
