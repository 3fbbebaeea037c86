"""A ledger of its own site for each test, on a real Azurite."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.usecases.ports import Ledger

type NewLedger = Callable[[str], TablesLedger]


@pytest.fixture
def site() -> str:
    """A site that no other test knows, with a name that is no trouble-free key."""
    return f"Qlik #1 / Zürich's 100% {uuid4()}"


@pytest.fixture
def new_ledger(azurite: Azurite) -> Iterator[NewLedger]:
    """Makes ledgers of a site, each with connections of its own, as another worker would have."""
    made: list[TablesLedger] = []

    def make(site: str) -> TablesLedger:
        access = TableAccess.from_connection_string(azurite.connection_string)
        made.append(TablesLedger(site, access))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def port(ledger: TablesLedger) -> Ledger:
    """The ledger as the use cases see it: the type checker compares it with their port."""
    return ledger


@pytest.fixture
def ledger(new_ledger: NewLedger, site: str) -> TablesLedger:
    """The ledger of the test's site."""
    return new_ledger(site)
