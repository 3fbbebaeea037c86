"""How many requests are under way at once."""

import asyncio

from shared.adapters.qrs import RetryPolicy
from shared.domain.model import LicenseType
from tests.integration.qrs.raw_server import (
    raw_server,
    reply,
    server_tls,
)
from tests.integration.qrs.site import (
    ROOT,
    SERVER,
    qrs_client,
)

TLS = server_tls(SERVER, clients=ROOT)


async def test_requests_under_way_are_bounded() -> None:
    """With two slots, ten callers make two connections and never three requests at once."""
    let_go, two_wait = asyncio.Event(), asyncio.Event()

    async def answer_later(writer: asyncio.StreamWriter) -> None:
        if server.under_way == 2:
            two_wait.set()
        await let_go.wait()
        await reply(body=[])(writer)

    async with (
        raw_server(TLS, answer_later) as server,
        qrs_client(server.port, concurrency=2) as client,
        asyncio.TaskGroup() as callers,
    ):
        for _ in range(10):
            callers.create_task(client.access_licenses(LicenseType.ANALYZER))
        await two_wait.wait()
        let_go.set()
    assert len(server.requests) == 10
    assert server.most_under_way == 2
    assert server.connections == 2


async def test_a_caller_that_waits_for_its_next_attempt_keeps_its_slot() -> None:
    """While one request waits as QRS asked, no other one takes its place."""
    policy = RetryPolicy(attempts=2, first_wait=0.05, max_wait=0.05, jitter=0.0, budget=30.0)
    about = reply(body={"buildVersion": "1"})
    async with (
        raw_server(TLS, reply(503), about, reply(body=None)) as server,
        qrs_client(server.port, concurrency=1, retries=policy) as client,
        asyncio.TaskGroup() as callers,
    ):
        callers.create_task(client.site_version())
        callers.create_task(client.server_license())
    assert [each.path for each in server.requests] == ["/qrs/about", "/qrs/about", "/qrs/license"]
