"""The ledger in Azure Tables: plans, releases, audit trail, states, history, runs, messages."""

from shared.adapters.ledger.access import TableAccess
from shared.adapters.ledger.ledger import TablesLedger

__all__ = ["TableAccess", "TablesLedger"]
