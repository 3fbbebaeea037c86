"""The `azurite` fixture: one real storage emulator for the whole test session."""

from collections.abc import Iterator

import pytest

from local.azurite import Azurite, run_azurite


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """A running Azurite, in memory. Tests keep apart by the names of their queues and tables."""
    with run_azurite() as running:
        yield running
