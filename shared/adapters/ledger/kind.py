"""What the kinds of records in the ledger have in common."""

from collections.abc import Callable
from datetime import datetime

from shared.adapters.ledger.rows import Row, value_of
from shared.adapters.ledger.tables import Tables
from shared.domain.errors import LedgerError


class Kind:
    """One kind of record of one site."""

    def __init__(self, site: str, tables: Tables, clock: Callable[[], datetime]) -> None:
        self._site = site
        self._tables = tables
        self._clock = clock

    def _value[T](self, kind: type[T], table: str, row: Row) -> T:
        """The dataclass in a row of a table.

        Raises:
            LedgerError: the row was damaged or written by another version.
        """
        return value_of(kind, row, self._tables.name(table))

    def _must_be_ours(self, site: str) -> None:
        """Refuse another site's record: it would be filed under the wrong name.

        Raises:
            LedgerError: always, when the site is another one.
        """
        if site != self._site:
            raise LedgerError(
                f"A record of the site {site!r} can't go into the ledger of {self._site!r}: "
                "check SITE_NAME."
            )
