"""The 2.x face of the tests' InfluxDB: checks a write as 2.x does, then hands it to a store.

Where it can't be like 2.x: 1.6 stores the good lines of a batch with a bad one (OSS 2.x stores
none of them), and there is no Flux.
"""

import json
import ssl
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

PRECISIONS = ("ns", "us", "ms", "s")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate answers; `never` keeps the client waiting, `hang_up` ends the connection."""

    status: int = HTTPStatus.NO_CONTENT
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    never: bool = False
    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A write as it came in."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Store(Protocol):
    """Where the gate writes to."""

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is such a bucket."""
        ...

    def write(self, bucket: str, precision: str, body: bytes) -> Answer:
        """Store line protocol and answer as 2.x does."""
        ...


def refusal(status: int, code: str, message: str, retry_after: str | None = None) -> Answer:
    """An answer with a JSON error as 2.x writes it."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return Answer(status, json.dumps({"code": code, "message": message}).encode(), headers)


class Gate:
    """Answers writes; `answers` are given first, one a request, before anything is stored."""

    def __init__(self, store: Store, token: str, org: str) -> None:
        self.store, self.token, self.org = store, token, org
        self.url = ""
        self.answers: deque[Answer] = deque()
        self.requests: list[Request] = []
        self.closing = threading.Event()

    def answer(self, request: Request) -> Answer:
        """What 2.x answers to this request."""
        self.requests.append(request)
        if self.answers:
            return self.answers.popleft()
        return self._refusal(request) or self.store.write(
            request.query["bucket"], request.query.get("precision", "ns"), request.body
        )

    def _refusal(self, request: Request) -> Answer | None:
        org, bucket = request.query.get("org", ""), request.query.get("bucket", "")
        if request.path != "/api/v2/write":
            return refusal(HTTPStatus.NOT_FOUND, "not found", "path not found")
        if request.headers.get("Authorization") != f"Token {self.token}":
            return refusal(HTTPStatus.UNAUTHORIZED, "unauthorized", "unauthorized access")
        if org != self.org:
            message = f'organization name "{org}" not found'
            return refusal(HTTPStatus.NOT_FOUND, "not found", message)
        if not self.store.has_bucket(bucket):
            return refusal(HTTPStatus.NOT_FOUND, "not found", f'bucket "{bucket}" not found')
        if request.query.get("precision", "ns") not in PRECISIONS:
            message = "invalid precision; valid precision units are ns, us, ms, and s"
            return refusal(HTTPStatus.BAD_REQUEST, "invalid", message)
        if not request.body:
            return refusal(HTTPStatus.BAD_REQUEST, "invalid", "writing requires points")
        return None


@contextmanager
def run_gate(
    store: Store, token: str, org: str, tls: ssl.SSLContext | None = None
) -> Iterator[Gate]:
    """Serve a gate on a free loopback port until the block ends, over TLS when asked to."""
    gate = Gate(store, token, org)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gate = gate
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    gate.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="influxdb gate")
    thread.start()
    try:
        yield gate
    finally:
        gate.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    gate: Gate


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.gate.answer(Request(url.path, query, dict(self.headers), body))
        if answer.never:
            self.server.gate.closing.wait()
        if answer.never or answer.hang_up:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.status != HTTPStatus.NO_CONTENT:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        """Say nothing: the tests look at `requests`."""
