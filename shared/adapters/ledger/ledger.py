"""The ledger of one site, whole."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.adapters.ledger.access import TableAccess
from shared.adapters.ledger.audit import Audit
from shared.adapters.ledger.leases import Leases
from shared.adapters.ledger.messages import Messages
from shared.adapters.ledger.plans import Plans
from shared.adapters.ledger.releases import Releases
from shared.adapters.ledger.runs import Runs
from shared.adapters.ledger.state import State
from shared.adapters.ledger.tables import Tables
from shared.adapters.ledger.usage import Usage


class TablesLedger(Plans, Releases, Audit, State, Usage, Runs, Messages, Leases):
    """The app's own memory in Azure Tables; one per worker, its clients are opened on first use.

    Args:
        site: the site whose records are read and written; sites may share a storage account.
        access: how to get at the storage account.
        prefix: what the names of the tables begin with (letters and digits).
        clock: tells the time, timezone-aware, at which a refused message was settled.

    Every method raises `LedgerError` when the tables can't be read or written.
    """

    def __init__(
        self,
        site: str,
        access: TableAccess,
        *,
        prefix: str = "Steward",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(site, Tables(access, prefix), clock)

    def close(self) -> None:
        """Close the connections; a later call opens them again."""
        self._tables.close()
