"""The certificates of one site, and clients of it, for the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypedDict, Unpack

from shared.adapters.qrs import (
    CertificateUser,
    ClientCertificate,
    JwtAuth,
    QrsClient,
    QrsConnection,
    RetryPolicy,
    Timeouts,
    tls_context,
)
from tests.integration.qrs.certificates import NOW, issue, make_root

ROOT = make_root()
SERVER = issue(ROOT, "127.0.0.1")
CLIENT = issue(ROOT, "client")
USER = CertificateUser("INTERNAL", "sa_api")
GUID = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"
OTHER_GUID = "9e403391-58a7-4442-ada7-c54dc8906016"

QUICK = RetryPolicy(attempts=3, first_wait=0.0, max_wait=0.0, jitter=0.0, budget=30.0)
PATIENT = Timeouts(connect=5.0, read=5.0, whole=20.0)
HASTY = Timeouts(connect=5.0, read=0.3, whole=20.0)


class Options(TypedDict, total=False):
    """What a connection may have other than the usual."""

    root: bytes
    material: ClientCertificate | None
    auth: CertificateUser | JwtAuth
    host: str
    server_name: str | None
    prefix: str
    timeouts: Timeouts
    retries: RetryPolicy
    concurrency: int
    now: datetime


@asynccontextmanager
async def qrs_connection(
    port: int,
    *,
    root: bytes = ROOT.pem,
    material: ClientCertificate | None = CLIENT.material,
    auth: CertificateUser | JwtAuth = USER,
    host: str = "127.0.0.1",
    server_name: str | None = None,
    prefix: str = "",
    timeouts: Timeouts = PATIENT,
    retries: RetryPolicy = QUICK,
    concurrency: int = 8,
    now: datetime = NOW,
) -> AsyncIterator[QrsConnection]:
    """A connection to the server at `port`."""
    connection = QrsConnection(
        f"https://{host}:{port}",
        tls_context(material, root, now=now),
        auth,
        tls_server_name=server_name,
        virtual_proxy=prefix,
        timeouts=timeouts,
        retries=retries,
        concurrency=concurrency,
        now=lambda: now,
    )
    try:
        yield connection
    finally:
        await connection.aclose()


@asynccontextmanager
async def qrs_client(port: int, **options: Unpack[Options]) -> AsyncIterator[QrsClient]:
    """A client of the server at `port`."""
    async with qrs_connection(port, **options) as connection:
        yield QrsClient(connection)
