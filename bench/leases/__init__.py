"""How much memory and time a large collection of QlikView leases takes."""
