"""What is in the report: from the ledger's records to what a page shows, without any markup."""
