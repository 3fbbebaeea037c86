"""An Application Insights ingestion endpoint on the loopback: keeps what arrives."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from typing import Any, Self
from uuid import uuid4

# As the deployment sets them, but for the last lines: nothing may leave this machine, and a test
# does not wait for an hour's statistics.
TELEMETRY_ON = {
    "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY": "true",
    "PYTHON_APPLICATIONINSIGHTS_LOGGER_NAME": "steward",
    "OTEL_TRACES_SAMPLER": "always_on",
    "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": (
        "azure_sdk,django,fastapi,flask,httpx,psycopg2,requests,urllib,urllib3"
    ),
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
    "OTEL_BLRP_SCHEDULE_DELAY": "200",
    "OTEL_METRIC_EXPORT_INTERVAL": "500",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One telemetry item: its kind (`EventData`, ...), its data, its tags (`ai.operation.id`)."""

    kind: str
    data: dict[str, Any]
    tags: dict[str, str]

    @property
    def properties(self) -> dict[str, str]:
        """The custom dimensions."""
        return dict(self.data.get("properties") or {})

    @property
    def operation(self) -> str:
        """The id of its trace."""
        return self.tags.get("ai.operation.id", "")


class IngestionEndpoint:
    """What arrived, in the order of its arrival."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        # What a worker could not send stays on the disk, filed by this key, and the next worker
        # with the same key would send it: to another test's endpoint.
        self._key = str(uuid4())
        self._changed = threading.Condition()
        self._items: list[Item] = []
        self._raw: list[str] = []

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Self]:
        """Listen for the length of a with block."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        endpoint = cls(server)
        server.RequestHandlerClass = type("Handler", (_Handler,), {"endpoint": endpoint})
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            for left in Path(gettempdir()).glob(f"*AzureMonitor*/*{endpoint._key}"):
                rmtree(left)

    def settings(self) -> dict[str, str]:
        """The app settings that switch telemetry on and send it here."""
        address = f"http://127.0.0.1:{self._server.server_address[1]}/"
        connection = (
            f"InstrumentationKey={self._key};IngestionEndpoint={address};LiveEndpoint={address}"
        )
        return {**TELEMETRY_ON, "APPLICATIONINSIGHTS_CONNECTION_STRING": connection}

    @property
    def text(self) -> str:
        """Everything that arrived, requests' lines and headers too, as it came."""
        with self._changed:
            return "\n".join(self._raw)

    def items(self, kind: str = "") -> list[Item]:
        """What arrived so far, of one kind or of all."""
        with self._changed:
            return [item for item in self._items if kind in {"", item.kind}]

    def events(self, name: str) -> list[Item]:
        """The custom events of that name."""
        return [item for item in self.items("EventData") if item.data["name"] == name]

    def spans(self, name: str) -> list[Item]:
        """The spans of that name."""
        return [item for item in self.items("RemoteDependencyData") if item.data["name"] == name]

    def metrics(self, name: str) -> list[tuple[float, Mapping[str, str]]]:
        """The numbers of that metric with their dimensions."""
        points = [(item, item.data["metrics"][0]) for item in self.items("MetricData")]
        return [
            (point["value"], item.properties) for item, point in points if point["name"] == name
        ]

    def wait_for[T](self, what: Callable[[], T], seconds: float = 30) -> T:
        """The first true thing that `what` gives; it is asked whenever something arrives."""
        with self._changed:
            found = what()
            while not found:
                arrived = self._changed.wait(seconds)
                found = what()
                assert arrived or found, "it did not arrive"
        return found

    def keep(self, head: str, body: bytes) -> int:
        """Take a request; returns the number of items in it."""
        text = body.decode("utf-8", errors="backslashreplace")
        items = json.loads(text) if text.startswith("[") else []
        with self._changed:
            self._raw += [head, text]
            self._items += [
                Item(item["data"]["baseType"], item["data"]["baseData"], item.get("tags") or {})
                for item in items
                if "baseType" in item.get("data", {})
            ]
            self._changed.notify_all()
        return len(items)


class _Handler(BaseHTTPRequestHandler):
    endpoint: IngestionEndpoint

    def do_POST(self) -> None:
        """Take items; anything else (live metrics) is told that nobody listens."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        count = self.endpoint.keep(f"{self.requestline}\n{self.headers}", body)
        answer = {"itemsReceived": count, "itemsAccepted": count, "errors": []}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("x-ms-qps-subscribed", "false")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing."""
