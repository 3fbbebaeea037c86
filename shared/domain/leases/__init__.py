"""QlikView named CALs and license leases: what they are, and what follows from them."""
