"""The two memories of leases that must behave alike, and a look into the tables of the real one."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.tables import Tables
from shared.usecases.ports import LeaseLedger
from tests.unit.fakes import MemoryLeaseLedger


def one_of(real: LeaseLedger, *, in_memory: bool) -> LeaseLedger:
    """The real memory or the tests' one: the type checker compares both with the port."""
    return MemoryLeaseLedger() if in_memory else real


@contextmanager
def tables_of(azurite: Azurite) -> Iterator[Tables]:
    """The tables, past the ledger."""
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    yield tables
    tables.close()


def row_keys(azurite: Azurite, site: str, table: str) -> list[str]:
    """The row keys of a site in a table."""
    with tables_of(azurite) as tables:
        return tables.row_keys(table, joined(site))
