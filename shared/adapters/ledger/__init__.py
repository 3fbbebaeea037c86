"""The ledger in Azure Tables: plans, releases, audit, states, history, runs, messages, leases."""

from shared.adapters.ledger.access import TableAccess
from shared.adapters.ledger.ledger import TablesLedger

__all__ = ["TableAccess", "TablesLedger"]
