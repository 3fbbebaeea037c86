"""Which License Steward this is."""

VERSION = "0.9.0"
