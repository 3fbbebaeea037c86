"""A plan's decisions in chunks: a decision is a line."""

from collections.abc import Iterable, Iterator

from shared.adapters.ledger.chunks import Chunk, pack_lines, unpack_lines
from shared.adapters.ledger.rows import from_json, to_json
from shared.domain.errors import LedgerError
from shared.domain.plan import Decision


def pack(decisions: Iterable[Decision]) -> Iterator[Chunk]:
    """The decisions in chunks, in their order, one chunk in memory at a time.

    Raises:
        LedgerError: a decision is too long for a row.
    """
    lines = (to_json(decision) for decision in decisions)
    return pack_lines(lines, "look at this plan's longest user names and never-release values")


def unpack(name: str, data: bytes) -> list[Decision]:
    """The decisions of a chunk.

    Raises:
        LedgerError: the chunk is damaged.
    """
    try:
        return [from_json(Decision, line) for line in unpack_lines(name, data)]
    except ValueError as error:
        raise LedgerError(
            f"The chunk {name} of a plan's decisions is damaged, so the plan can't be read; "
            f"make a new plan: {error}"
        ) from error
