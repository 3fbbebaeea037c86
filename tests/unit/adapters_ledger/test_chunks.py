"""Decisions in chunks: all of them, in order, always small enough for a row."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.ledger.chunks import COLUMN_BYTES, MOST_COLUMNS
from shared.adapters.ledger.decisions import pack, unpack
from shared.domain.errors import LedgerError
from shared.domain.model import AccessLicense, LicenseType
from shared.domain.plan import Action, Decision, Reason
from tests.unit.adapters_ledger.strategies import decisions

_ONE = Decision(
    AccessLicense("id", LicenseType.ANALYZER, None, None, None, None),
    Action.KEEP,
    Reason.AGE_UNKNOWN,
)


def _noise(count: int, length: int) -> list[Decision]:
    """Decisions with text that hardly compresses."""
    source = random.Random(7)  # noqa: S311 - the same noise each time
    letters = [chr(number) for number in range(33, 127)]
    return [replace(_ONE, value="".join(source.choices(letters, k=length))) for _ in range(count)]


@given(st.lists(decisions, max_size=20))
def test_decisions_come_back_in_order(some: list[Decision]) -> None:
    """What was packed is unpacked: each field of each decision, in the same order."""
    assert [d for chunk in pack(some) for d in unpack(chunk.name, chunk.data)] == some


def test_chunks_fit_a_row_whatever_is_in_them() -> None:
    """Text that can't be compressed makes more chunks, not larger ones, and nothing is lost."""
    noise = _noise(3000, 1000)
    chunks = list(pack(noise))
    assert len(chunks) > 3
    assert all(len(chunk.data) <= COLUMN_BYTES * MOST_COLUMNS for chunk in chunks)
    assert [d for chunk in chunks for d in unpack(chunk.name, chunk.data)] == noise
    assert sum(chunk.count for chunk in chunks) == 3000
    assert [chunk.name for chunk in chunks] == sorted(chunk.name for chunk in chunks)


def test_a_decision_that_no_row_can_hold_is_refused() -> None:
    """A single decision beyond the size of a row ends in an error that says where to look."""
    with pytest.raises(LedgerError, match="too long for the ledger"):
        list(pack(_noise(1, 2_000_000)))


def test_the_same_decisions_give_the_same_chunks() -> None:
    """A second try writes the same rows; other decisions write others."""
    assert list(pack([_ONE])) == list(pack([_ONE]))
    assert [c.name for c in pack([_ONE])] != [c.name for c in pack([replace(_ONE, value="x")])]


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "empty"])
def test_a_damaged_chunk_is_refused(damage: str) -> None:
    """A chunk that is not what was written is an error, never fewer decisions."""
    [chunk] = pack([_ONE] * 5)
    [other] = pack([_ONE] * 4)
    data = {
        "cut": chunk.data[:-9],
        "flipped": chunk.data[:20] + bytes([chunk.data[20] ^ 1]) + chunk.data[21:],
        "other": other.data,
        "empty": b"",
    }[damage]
    with pytest.raises(LedgerError, match=chunk.name):
        unpack(chunk.name, data)
