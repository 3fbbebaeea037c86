"""A client of QMS for tests: it tries again at once."""

import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from local.demo_qms import DemoQms
from shared.adapters.qms import Limits, QmsClient, QmsConnection, RetryPolicy, Timeouts

QUICK = RetryPolicy(attempts=3, first_wait=0.001, max_wait=0.002, jitter=0.0, budget=60.0)
PATIENT = Timeouts()
HASTY = Timeouts(read=0.2)
RAW_USER = "ACME\\steward"
RAW_PASSWORD = "correct horse"


@asynccontextmanager
async def client_of(
    qms: DemoQms,
    *,
    api: str = "12",
    user: str | None = None,
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
    limits: Limits | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[QmsClient]:
    """A client of the demo QMS, by default with the account that may do everything."""
    connection = QmsConnection(
        qms.url,
        api,
        user or qms.user,
        qms.password if password is None else password,
        tls=tls,
        retries=QUICK,
        limits=limits or Limits(),
        monotonic=monotonic,
    )
    client = QmsClient(connection)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def raw_client(
    port: int, *, timeouts: Timeouts = PATIENT, url: str = "", tls: ssl.SSLContext | None = None
) -> AsyncIterator[QmsClient]:
    """A client of whatever listens on a port."""
    address = url or f"http{'s' if tls else ''}://127.0.0.1:{port}/QMS/Service"
    connection = QmsConnection(
        address, "12", RAW_USER, RAW_PASSWORD, timeouts=timeouts, retries=QUICK, tls=tls
    )
    client = QmsClient(connection)
    try:
        yield client
    finally:
        await client.aclose()
