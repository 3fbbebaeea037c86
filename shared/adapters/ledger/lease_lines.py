"""A look at the leases as lines of JSON, and back. Pure.

Each QlikView Server is a line of its own with the numbers of lines that follow it: its assigned
CALs, its leases, its removed CALs. A list that was not told has no number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shared.adapters.ledger.rows import from_json, to_json
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal


@dataclass(frozen=True, slots=True)
class _ServerLine:
    """A server without its lists, and how many lines of each list follow."""

    server: CalConfiguration
    assigned_cals: int | None
    leases: int | None
    removed_cals: int | None


def lines_of(servers: Iterable[CalConfiguration]) -> Iterator[str]:
    """The lines of all servers, made one by one."""
    for server in servers:
        lists = (server.assigned_cals, server.leases, server.removed_cals)
        bare = replace(server, assigned_cals=None, leases=None, removed_cals=None)
        yield to_json(_ServerLine(bare, *(None if x is None else len(x) for x in lists)))
        for entries in lists:
            yield from (to_json(entry) for entry in entries or ())


def servers_of(lines: Iterator[str]) -> Iterator[CalConfiguration]:
    """The servers that `lines_of` was given.

    Raises:
        ValueError: a line is missing, or is not what was written.
    """
    for line in lines:
        head = from_json(_ServerLine, line)
        yield replace(
            head.server,
            assigned_cals=_entries(NamedCal, head.assigned_cals, lines),
            leases=_entries(Lease, head.leases, lines),
            removed_cals=_entries(NamedCal, head.removed_cals, lines),
        )


def _entries[T](kind: type[T], count: int | None, lines: Iterator[str]) -> tuple[T, ...] | None:
    if count is None:
        return None
    return tuple(from_json(kind, _next(lines)) for _ in range(count))


def _next(lines: Iterator[str]) -> str:
    line = next(lines, None)
    if line is None:
        raise ValueError("lines are missing at its end")
    return line
