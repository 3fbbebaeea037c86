"""Tests of the local host against Microsoft's worker code and a real Azurite."""
