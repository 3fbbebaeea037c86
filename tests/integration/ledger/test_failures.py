"""Storage that is missing, refuses, is busy or changes under the ledger."""

import socket
from collections.abc import Iterator
from uuid import uuid4

import pytest
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.errors import LedgerError
from tests.integration.ledger.storage_servers import KEY, RUN, complaint_of, storage_that_answers


@pytest.fixture
def prefix() -> str:
    """Tables that no other test uses."""
    return f"T{uuid4().hex}"


@pytest.fixture
def own(azurite: Azurite, prefix: str) -> Iterator[TablesLedger]:
    """A ledger with tables of its own."""
    access = TableAccess.from_connection_string(azurite.connection_string)
    ledger = TablesLedger("site", access, prefix=prefix)
    yield ledger
    ledger.close()


def with_key(address: str, *, retries: int = 0) -> TablesLedger:
    """A ledger that uses an account key."""
    text = f"AccountName=acc;AccountKey={KEY};TableEndpoint={address}/acc"
    return TablesLedger("site", TableAccess.from_connection_string(text, retries=retries))


async def test_nothing_listening() -> None:
    """An address where nothing answers ends in an error that says what to check."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        said = await complaint_of(with_key(f"http://127.0.0.1:{closed.getsockname()[1]}"))
    assert "did not answer" in said
    assert "AzureWebJobsStorage" in said
    assert "firewall" in said


# azure-data-tables 12.7.0 asks an XML element for its truth, which Python 3.13 warns of.
@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")
async def test_a_wrong_key(azurite: Azurite) -> None:
    """A key that the account doesn't know ends in an error about roles, keys and firewall."""
    text = f"AccountName=devstoreaccount1;AccountKey={KEY};TableEndpoint={azurite.table}"
    text += "/devstoreaccount1"
    ledger = TablesLedger("site", TableAccess.from_connection_string(text))
    said = await complaint_of(ledger)
    assert "Storage Table Data Contributor" in said
    assert "AzureWebJobsStorage" in said


async def test_a_busy_account() -> None:
    """An account that stays busy is asked again a bounded number of times, then reported."""
    with storage_that_answers(503, "ServerBusy") as (address, seen):
        ledger = with_key(address, retries=1)
        with pytest.raises(LedgerError, match=r"busy .*503 ServerBusy.* try again later"):
            await ledger.save_run(RUN)
        ledger.close()
    assert len(seen) == 2


async def test_any_other_refusal() -> None:
    """An answer that nobody thought of is passed on with its code and words."""
    with storage_that_answers(400, "OutOfRangeInput") as (address, _):
        said = await complaint_of(with_key(address))
    assert "400 OutOfRangeInput" in said


@pytest.mark.parametrize(
    "text", ["", "nonsense", "AccountName=a", "AccountName=a;AccountKey=;TableEndpoint=x"]
)
async def test_a_connection_string_that_is_none(text: str) -> None:
    """A connection string that can't be used names the setting, at first use and not before."""
    ledger = TablesLedger("site", TableAccess.from_connection_string(text, retries=0))
    with pytest.raises(LedgerError, match="AzureWebJobsStorage"):
        await ledger.runs()
    ledger.close()


async def test_tables_are_made_when_they_are_first_used(
    azurite: Azurite, own: TablesLedger, prefix: str
) -> None:
    """Nothing is made before, only what is used is made, and a second worker finds it there."""
    with TableServiceClient.from_connection_string(azurite.connection_string) as service:

        def made() -> list[str]:
            names = [table.name for table in service.list_tables()]
            return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]

        assert made() == []
        await own.save_run(RUN)
        assert made() == ["Runs"]
    access = TableAccess.from_connection_string(azurite.connection_string)
    second = TablesLedger("site", access, prefix=prefix)
    assert await second.runs() == [RUN]
    second.close()


async def test_a_table_deleted_while_the_app_runs_is_made_again(
    azurite: Azurite, own: TablesLedger, prefix: str
) -> None:
    """An operator who clears a table does not have to restart the app."""
    await own.save_run(RUN)
    with TableServiceClient.from_connection_string(azurite.connection_string) as service:
        service.delete_table(f"{prefix}Runs")
        assert await own.runs() == []
        service.delete_table(f"{prefix}Runs")
    await own.save_run(RUN)
    assert await own.runs() == [RUN]


async def test_a_closed_ledger_opens_again(own: TablesLedger) -> None:
    """Closing gives the connections back; the ledger stays usable."""
    own.close()
    await own.save_run(RUN)
    own.close()
    assert await own.runs() == [RUN]
