"""The whole app: Microsoft's worker, the local host, Azurite, and a demo site over mutual TLS."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy

from local.azurite import Azurite
from local.demo_settings import SEED_POLICY, site_settings
from local.demo_site.population import make_population
from local.demo_site.site import DemoSite
from local.demo_site.world import World
from local.host.events import Drained, HostConfig
from local.host.host import Host
from local.worker.invocation import InvocationResult, LogLine
from local.worker.typed_values import HttpRequest, HttpResponse
from shared.adapters.ledger import TableAccess, TablesLedger
from tests.demo_site_fixture import StartDemoSite, qrs_client
from tests.ingestion_endpoint import IngestionEndpoint

APP = Path(__file__).resolve().parents[2]
QUEUES = ("release-candidates", "release-candidates-poison")
OPEN = {
    "LICENSE_RELEASE__ENABLED": "true",
    "LICENSE_RELEASE__DRY_RUN": "false",
    "LICENSE_RELEASE__MAX_PER_RUN": "100000",
    "LICENSE_RELEASE__MAX_PERCENT_PER_RUN": "100",
}
FAST = {
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:01",
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:01",
    "AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "2",
}
ONE_MESSAGE_AT_A_TIME = {
    "AzureFunctionsJobHost__extensions__queues__batchSize": "1",
    "AzureFunctionsJobHost__extensions__queues__newBatchThreshold": "0",
}


@dataclass
class Steward:
    """The running app with everything around it."""

    host: Host
    site: DemoSite
    ledger: TablesLedger
    storage: str
    logs: list[LogLine] = field(default_factory=list)

    async def run(self, timer: str) -> InvocationResult:
        """Fire a timer function."""
        return await self.host.run_timer(timer)

    async def get(self, name: str, **route: str) -> HttpResponse:
        """Call an HTTP function."""
        request = HttpRequest("GET", f"http://localhost/api/{name}", route=route)
        return await self.host.call_http(name, request)

    async def drain(self) -> Drained:
        """Work the queues until they are empty."""
        drained = await self.host.drain_queues(timedelta(seconds=60))
        assert drained.left == 0
        return drained

    def put(self, text: str) -> None:
        """Put a message into the queue as the output binding does."""
        with queue_client(self.storage, "release-candidates") as queue:
            queue.send_message(text)

    def queued(self, name: str = "release-candidates") -> list[dict[str, Any]]:
        """The messages that wait in a queue."""
        with queue_client(self.storage, name) as queue:
            return [json.loads(message.content) for message in queue.peek_messages(32)]

    def events(self) -> list[str]:
        """The names of the events that the app logged."""
        return [
            str(x.extra["microsoft.custom_event.name"])
            for x in self.logs
            if x.extra.get("microsoft.custom_event.name")
        ]

    def warnings(self) -> list[str]:
        """What the app warned of, for the message of a test that fails."""
        return [x.message for x in self.logs if x.level in {"WARNING", "ERROR", "CRITICAL"}]

    def deleted(self) -> set[str]:
        """The ids of the licenses that were deleted at the site."""
        return {deletion.license_id for deletion in self.site.world.deleted}

    def rows(self, path: str) -> list[dict[str, Any]]:
        """A list of the site in QRS's own JSON, read by a plain client."""
        with qrs_client(self.site) as client:
            rows: list[dict[str, Any]] = client.get(path).raise_for_status().json()
        return rows


class StartSteward(Protocol):
    """What the `steward` fixture gives."""

    async def __call__(
        self, settings: Mapping[str, str | None] | None = None, *, site: DemoSite | None = None
    ) -> Steward:
        """Start the app with the seed's policy, releases switched on; None removes a setting."""


def queue_client(storage: str, name: str) -> QueueClient:
    """A client that speaks base64, as the Functions host does."""
    return QueueClient.from_connection_string(
        storage,
        name,
        message_encode_policy=TextBase64EncodePolicy(),
        message_decode_policy=TextBase64DecodePolicy(),
    )


def empty_queues(storage: str) -> None:
    """Throw away what earlier tests left in the queues."""
    for name in QUEUES:
        with queue_client(storage, name) as queue:
            try:
                queue.clear_messages()
            except ResourceNotFoundError:
                queue.create_queue()


def fresh_world(users: int = 60, seed: int = 1) -> World:
    """A site of that many users as of now."""
    return World(make_population(users, seed=seed, now=datetime.now(UTC)))


@pytest.fixture
async def steward(azurite: Azurite, demo_site: StartDemoSite) -> AsyncIterator[StartSteward]:
    """Starts the app; every start has a site name of its own, and empty queues."""
    async with AsyncExitStack() as stack:

        async def start(
            settings: Mapping[str, str | None] | None = None, *, site: DemoSite | None = None
        ) -> Steward:
            place = site or demo_site(fresh_world())
            name = f"site {uuid4().hex[:8]}"
            values = {
                "SITE_NAME": name,
                "LICENSE_RELEASE__CONFIRM_SITE": name,
                **OPEN,
                **FAST,
                **SEED_POLICY,
                **site_settings(place),
                **(settings or {}),
            }
            empty_queues(azurite.connection_string)
            logs: list[LogLine] = []
            host = await stack.enter_async_context(
                Host.start(
                    APP,
                    {key: value for key, value in values.items() if value is not None},
                    storage=azurite.connection_string,
                    config=HostConfig(on_log=logs.append, lease=timedelta(seconds=2)),
                )
            )
            access = TableAccess.from_connection_string(azurite.connection_string)
            ledger = TablesLedger(values["SITE_NAME"] or "", access)
            stack.callback(ledger.close)
            return Steward(host, place, ledger, azurite.connection_string, logs)

        yield start


@pytest.fixture
def endpoint() -> Iterator[IngestionEndpoint]:
    """An ingestion endpoint of Application Insights for one test."""
    with IngestionEndpoint.start() as started:
        yield started
