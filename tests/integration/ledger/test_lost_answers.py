"""The storage account did what it was asked to, and the answer got lost on the way."""

import asyncio
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.budget import DailyBudget
from shared.domain.model import LicenseType
from shared.domain.release import Outcome
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.lease_ledgers import row_keys
from tests.integration.ledger.lease_records import a_change, a_look
from tests.integration.ledger.records import NOW, a_plan, a_release, an_entry, guid

BATCH = "POST /devstoreaccount1/$batch"
DAY = "2026-11-03"


class Lossy(BaseHTTPRequestHandler):
    """Hands every request on to Azurite; loses the first answer to each kind of writing."""

    protocol_version = "HTTP/1.1"
    upstream: str
    lost: list[str]
    asked: list[str]
    meanwhile: list[Callable[[], None]]

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = HTTPConnection(self.upstream)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        kind = f"{self.command} {self.path.partition('(')[0]}"
        self.asked.append(kind)
        if self.command != "GET" and kind not in self.lost:
            self.lost.append(kind)
            while self.meanwhile:
                self.meanwhile.pop()()
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
def asked() -> list[str]:
    """All requests."""
    return []


@pytest.fixture
def meanwhile() -> list[Callable[[], None]]:
    """What happens when an answer has got lost, before the client tries again; once each."""
    return []


@pytest.fixture
def lossy(
    azurite: Azurite,
    site: str,
    lost: list[str],
    asked: list[str],
    meanwhile: list[Callable[[], None]],
) -> Iterator[TablesLedger]:
    """A ledger whose way to Azurite loses answers."""
    upstream = urlsplit(azurite.table).netloc
    at = {"upstream": upstream, "lost": lost, "asked": asked, "meanwhile": meanwhile}
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
    assert BATCH in lost
    assert "PUT /devstoreaccount1/StewardDecisions" in lost


async def test_an_outcome_is_recorded_though_the_answer_gets_lost(
    lossy: TablesLedger, site: str, lost: list[str]
) -> None:
    """A transaction that was done already is recognised, and the release is recorded once."""
    released = [a_release(site, number, Outcome.RELEASED) for number in range(3)]
    await lossy.save_releases(released)
    assert BATCH in lost
    assert {r.license_id: r for r in released} == await lossy.releases(
        "plan 1", [r.license_id for r in released]
    )


def reserve_one(budget: DailyBudget | None) -> DailyBudget:
    """One more license of the day."""
    reserved = 0 if budget is None else budget.total()
    return DailyBudget({LicenseType.ANALYZER: reserved + 1})


async def test_a_counter_counts_once_though_the_answer_gets_lost(
    lossy: TablesLedger, lost: list[str]
) -> None:
    """A change that was stored already is recognised: it is not made a second time."""
    for expected in range(1, 4):
        lost.clear()
        stored = await lossy.change_state(DailyBudget, DAY, reserve_one)
        assert BATCH in lost
        assert stored.total() == expected


async def test_a_counter_counts_once_though_others_count_meanwhile(
    lossy: TablesLedger,
    new_ledger: NewLedger,
    site: str,
    lost: list[str],
    meanwhile: list[Callable[[], None]],
) -> None:
    """A change whose answer got lost is recognised even when it is not the last one any more."""
    other = new_ledger(site)
    await other.change_state(DailyBudget, DAY, reserve_one)
    await lossy.state(DailyBudget, DAY)  # the table is known; the next loss is the change's
    meanwhile += [lambda: asyncio.run(count_one(other)) for _ in range(20)]
    assert (await lossy.change_state(DailyBudget, DAY, reserve_one)).total() == 2
    assert (BATCH in lost, meanwhile) == (True, [])
    stored = await other.state(DailyBudget, DAY)
    assert stored is not None
    assert stored.total() == 22


async def count_one(ledger: TablesLedger) -> None:
    """Another worker counts."""
    await ledger.change_state(DailyBudget, DAY, reserve_one)


async def test_the_audit_of_a_hundred_licenses_is_one_transaction(
    lossy: TablesLedger, site: str, lost: list[str], asked: list[str]
) -> None:
    """What a message costs does not grow with its licenses."""
    lost += [BATCH, "POST /devstoreaccount1/Tables"]  # nothing gets lost here
    await lossy.append_audit([an_entry(site, number) for number in range(100)])
    assert [kind for kind in asked if kind != "POST /devstoreaccount1/Tables"] == [BATCH]


async def test_an_audit_entry_is_added_once_though_the_answer_gets_lost(
    lossy: TablesLedger, site: str, lost: list[str]
) -> None:
    """A transaction that was done already is recognised by its keys."""
    await lossy.append_audit([an_entry(site, number) for number in range(3)])
    assert BATCH in lost
    assert await lossy.audit_of("plan 1", guid(1)) == [an_entry(site, 1)]


async def test_a_look_at_leases_is_saved_though_answers_get_lost(
    azurite: Azurite, lossy: TablesLedger, site: str, lost: list[str]
) -> None:
    """A header that was written already is recognised; of all chunks only its own are kept."""
    for look in (a_look(site), a_look(site, leases=())):
        lost.clear()
        await lossy.save_lease_look(look)
        assert BATCH in lost
        assert await lossy.lease_look() == look
        assert len(row_keys(azurite, site, "Leases")) == 2


async def test_lease_changes_are_added_once_though_the_answer_gets_lost(
    lossy: TablesLedger, lost: list[str]
) -> None:
    """A transaction that was done already is recognised by its keys."""
    await lossy.append_lease_changes([a_change(1)])
    assert BATCH in lost
    assert await lossy.lease_changes(NOW) == [a_change(1)]
