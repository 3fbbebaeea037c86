"""Everything that the ledger remembers of leases: the last look, counts, changes."""

import asyncio
from datetime import datetime

from shared.adapters.ledger.lease_changes import LeaseChanges
from shared.adapters.ledger.lease_counts import LeaseCountHistory
from shared.adapters.ledger.lease_looks import LeaseLooks


class Leases(LeaseLooks, LeaseCountHistory, LeaseChanges):
    """The memory of leases of one site."""

    async def thin_lease_counts(self, now: datetime) -> int:
        """Of each whole UTC day over 90 days old leave the last counts only.

        Changes older than 400 days go too. Returns how many rows were deleted, at most 1,000 of
        each a call; 0 says that all is thinned, or that another worker does it right now.
        """
        return await asyncio.to_thread(self._thin_counts, now) + await asyncio.to_thread(
            self._thin_changes, now
        )
