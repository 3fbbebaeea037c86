"""The least that is possible: only the requests that the answer needs, as bare as they can be.

The bytes of each request are ready, nothing of the answer is read but its status and its end, and
nothing is decided or recorded. The connections are as many as the app may use. It runs as a process
of its own, see `jobs`.
"""

import asyncio
import os
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import batched
from urllib.parse import quote

from bench.performance.cases import CONCURRENCY
from bench.performance.jobs import HEADERS, XRFKEY, Candidate, ClientResult, Job
from bench.performance.laps import Lap
from bench.performance.processes import peak_mb

KINDS = ("professional", "analyzer")
_IDS_PER_URL = 100
_STREAM_BYTES = 1 << 20


class FloorError(Exception):
    """The site answered with an error."""


def main() -> int:
    """Do the job; returns the exit code."""
    asyncio.run(_work(Job.from_stdin())).to_stdout()
    return 0


async def _work(job: Job) -> ClientResult:
    async with _connections(job) as bare:
        lap = Lap()
        await bare.get_all(
            "license/accesstypeoverview",
            *(f"license/{kind}accesstype/full" for kind in KINDS),
            "user/full",
        )
        plan = lap.cost(bare.counted())
        lap = Lap()
        groups = [
            (kind, group)
            for kind in KINDS
            for group in batched(
                (each for each in job.candidates if each.license_type == kind),
                _IDS_PER_URL,
                strict=False,
            )
        ]
        await asyncio.gather(*(_release(bare, kind, group) for kind, group in groups))
        release = lap.cost(bare.counted(), peak_mb(os.getpid()))
    return ClientResult(plan, release)


async def _release(bare: "Bare", kind: str, group: Sequence[Candidate]) -> None:
    """Look at the licenses and their users, delete one by one, look whether they went."""
    ids = _filter(each.license_id for each in group)
    licenses = f"license/{kind}accesstype"
    await bare.get_all(
        f"{licenses}/full?{ids}", f"user/full?{_filter(each.user_id for each in group)}"
    )
    await asyncio.gather(*(bare.send("DELETE", f"{licenses}/{x.license_id}") for x in group))
    await bare.get_all(f"{licenses}/full?{ids}")


def _filter(ids: Iterable[str]) -> str:
    return f"filter={quote(' or '.join(f'id eq {each}' for each in ids))}"


class Bare:
    """Connections that take turns."""

    def __init__(self, host: str, links: Sequence["Link"]) -> None:
        self._host = host
        self._free: asyncio.LifoQueue[Link] = asyncio.LifoQueue()
        for link in links:
            self._free.put_nowait(link)
        self._routes: Counter[str] = Counter()

    async def get_all(self, *paths: str) -> None:
        """GET these at once."""
        await asyncio.gather(*(self.send("GET", path) for path in paths))

    async def send(self, method: str, path: str) -> None:
        """One request and the whole answer."""
        start, _, query = path.partition("?")
        line = f"{method} /qrs/{start}?{XRFKEY}{'&' if query else ''}{query} HTTP/1.1"
        headers = {"Host": self._host, **HEADERS}
        head = [line, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        link = await self._free.get()
        try:
            await link.exchange("\r\n".join(head).encode())
        finally:
            self._free.put_nowait(link)
        self._routes[method] += 1

    def counted(self) -> dict[str, int]:
        """The requests by method since it was asked last."""
        routes, self._routes = dict(self._routes), Counter()
        return routes


class Link:
    """One TLS connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def exchange(self, request: bytes) -> None:
        """Send a request and read the answer to its end.

        Raises:
            FloorError: the status is none of success.
        """
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 2"):
            raise FloorError(head.decode("latin-1"))
        if b"\r\ntransfer-encoding: chunked\r\n" in head:
            await self._read_chunks()
        elif length := head.partition(b"\r\ncontent-length: ")[2]:
            await self._reader.readexactly(int(length.partition(b"\r\n")[0]))

    async def _read_chunks(self) -> None:
        while size := int(await self._reader.readline(), 16):
            await self._reader.readexactly(size + 2)
        await self._reader.readline()

    def close(self) -> None:
        """Cut the connection."""
        self._writer.transport.abort()


@asynccontextmanager
async def _connections(job: Job) -> AsyncIterator[Bare]:
    tls: ssl.SSLContext = job.tls()
    async with AsyncExitStack() as stack:
        links = []
        for _ in range(CONCURRENCY):
            link = Link(
                *await asyncio.open_connection(job.host, job.port, ssl=tls, limit=_STREAM_BYTES)
            )
            stack.callback(link.close)
            links.append(link)
        yield Bare(job.host, links)


if __name__ == "__main__":
    sys.exit(main())
