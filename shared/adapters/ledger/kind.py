"""What the kinds of records in the ledger have in common."""

from shared.adapters.ledger.tables import Tables
from shared.domain.errors import LedgerError


class Kind:
    """One kind of record of one site."""

    def __init__(self, site: str, tables: Tables) -> None:
        self._site = site
        self._tables = tables

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
