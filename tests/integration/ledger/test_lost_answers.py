"""The storage account did what it was asked to, and the answer got lost on the way."""

from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.release import Outcome
from tests.integration.ledger.records import a_plan, a_release


class Lossy(BaseHTTPRequestHandler):
    """Hands every request on to Azurite; loses the first answer to each kind of writing."""

    protocol_version = "HTTP/1.1"
    upstream: str
    lost: list[str]

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = HTTPConnection(self.upstream)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        kind = f"{self.command} {self.path.partition('(')[0]}"
        if self.command != "GET" and kind not in self.lost:
            self.lost.append(kind)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = _hand_on  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def lost() -> list[str]:
    """The requests whose answers got lost."""
    return []


@pytest.fixture
def lossy(azurite: Azurite, site: str, lost: list[str]) -> Iterator[TablesLedger]:
    """A ledger whose way to Azurite loses answers."""
    at = {"upstream": urlsplit(azurite.table).netloc, "lost": lost}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("This", (Lossy,), at)) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        text = azurite.connection_string.replace(azurite.table, address)
        ledger = TablesLedger(site, TableAccess.from_connection_string(text))
        yield ledger
        ledger.close()
        server.shutdown()
        thread.join()


async def test_a_plan_is_saved_though_answers_get_lost(
    lossy: TablesLedger, site: str, lost: list[str]
) -> None:
    """Each write is done twice without harm: the header's second insert is recognised as ours."""
    plan = a_plan(site, count=100)
    await lossy.save_plan(plan)
    assert [d async for d in lossy.decisions(plan.plan_id)] == list(plan.decisions)
    assert "POST /devstoreaccount1/$batch" in lost
    assert "PUT /devstoreaccount1/StewardDecisions" in lost


async def test_an_outcome_is_recorded_though_the_answer_gets_lost(
    lossy: TablesLedger, site: str, lost: list[str]
) -> None:
    """A transaction that was done already is recognised, and the release is recorded once."""
    released = [a_release(site, number, Outcome.RELEASED) for number in range(3)]
    await lossy.save_releases(released)
    assert "POST /devstoreaccount1/$batch" in lost
    assert {r.license_id: r for r in released} == await lossy.releases(
        "plan 1", [r.license_id for r in released]
    )
