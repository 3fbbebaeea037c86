"""Servers in the place of the storage account, and what the ledger says of them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from shared.adapters.ledger import TablesLedger
from shared.domain.errors import LedgerError
from shared.domain.runs import Run
from tests.integration.ledger.records import NOW

RUN = Run("collect_usage", NOW, succeeded=True, summary="fine")
KEY = "Zm9v"


class Answer(BaseHTTPRequestHandler):
    """Gives one answer to everything, and remembers the Authorization headers."""

    status = 503
    code = "ServerBusy"
    seen: list[str]

    def _answer(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = f'{{"odata.error":{{"code":"{self.code}","message":{{"value":"No."}}}}}}'.encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server on a port of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def storage_that_answers(
    status: int, code: str, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[str]]]:
    """A server in the place of the table service: its address and the headers that it got."""
    seen: list[str] = []
    handler = type("This", (Answer,), {"status": status, "code": code, "seen": seen})
    with serving(handler, tls) as port:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}", seen


async def complaint_of(ledger: TablesLedger) -> str:
    """What the ledger says when it can't save a run, and again when it can't read."""
    with pytest.raises(LedgerError) as writing:
        await ledger.save_run(RUN)
    with pytest.raises(LedgerError) as reading:
        await ledger.runs()
    ledger.close()
    assert str(reading.value) == str(writing.value)
    assert KEY not in str(writing.value)
    return str(writing.value)
