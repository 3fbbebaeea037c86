"""A TLS server that answers byte for byte as told: odd, cut, late or not at all."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from shared.adapters.qrs.key_files import brief_file
from tests.integration.qrs.certificates import Pair

type Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The decoded parameters."""
        return {key: values[0] for key, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass
class RawServer:
    """Gives `answers` one after the other, the last one again and again."""

    answers: list[Answer]
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    under_way: int = 0
    most_under_way: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        self.connections += 1
        try:
            while not writer.is_closing():
                await self._answer_next(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self.tasks.discard(task)

    async def _answer_next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = _parse(head)
        body = await reader.readexactly(int(request.headers.get("content-length", "0")))
        self.requests.append(replace(request, body=body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await answer(writer)
        finally:
            self.under_way -= 1


@asynccontextmanager
async def raw_server(
    tls: ssl.SSLContext | None, *answers: Answer, host: str = "127.0.0.1"
) -> AsyncIterator[RawServer]:
    """A server on a free port, gone with all its connections at the end."""
    raw = RawServer(list(answers))
    server = await asyncio.start_server(raw.serve, host, 0, ssl=tls)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for task in list(raw.tasks):
            task.cancel()
        await asyncio.gather(*raw.tasks)
        await server.wait_closed()


def server_tls(pair: Pair, clients: Pair | None = None) -> ssl.SSLContext:
    """Shows `pair`; lets in only clients with a certificate under `clients`, if given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with brief_file(pair.pem + pair.key_pem) as path:
        context.load_cert_chain(path)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients.pem.decode())
    return context


def reply(
    status: int = 200,
    body: object = b"",
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
) -> Answer:
    """A whole answer; anything but bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": kind, "Content-Length": str(len(content))} | (headers or {})
    lines = [f"HTTP/1.1 {status} Said", *(f"{key}: {value}" for key, value in fields.items())]
    return send("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def send(data: bytes) -> Answer:
    """These bytes, and the connection stays open."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


def send_and_close(data: bytes = b"") -> Answer:
    """These bytes, then an orderly end of the connection."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


def send_and_abort(data: bytes = b"") -> Answer:
    """These bytes, then the connection is reset, which the other side sees as an error."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return answer


def send_and_hang(data: bytes = b"") -> Answer:
    """These bytes, then silence."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.Event().wait()

    return answer


def _parse(head: bytes) -> Request:
    start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = start.split(" ")
    fields = (line.split(": ", 1) for line in lines)
    return Request(method, target, {key.lower(): value for key, value in fields})
