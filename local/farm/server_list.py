"""The servers of a farm as the command line names them: `CTX01,CTX02=2`."""

from argparse import ArgumentTypeError
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain.farm.model import FarmPlan, FarmServer
from shared.domain.never_release import fold

_MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class NamedServer:
    """A server, and its weight if one was given."""

    name: str
    weight: float | None = None


def server_list(text: str) -> tuple[NamedServer, ...]:
    """Read `NAME[=WEIGHT],...`.

    Raises:
        ArgumentTypeError: it can't be read.
    """
    return tuple(_server(part.strip()) for part in text.split(","))


def servers_or_count(text: str) -> tuple[NamedServer, ...]:
    """The same, or a number of servers that are called `CTX1`, `CTX2` and so on.

    Raises:
        ArgumentTypeError: it can't be read.
    """
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return server_list(text)
    if not 1 <= int(text[:9]) <= _MOST_COUNTED:
        raise ArgumentTypeError(f"{text} is no number of servers from 1 to {_MOST_COUNTED}")
    return tuple(NamedServer(f"CTX{number}") for number in range(1, int(text) + 1))


def weighed(named: Iterable[NamedServer], in_force: FarmPlan | None) -> Sequence[FarmServer]:
    """The servers; one without a weight keeps that of the plan in force, and else weighs 1."""
    known = {fold(server.name): server.weight for server in (in_force.servers if in_force else ())}
    return [
        FarmServer(x.name, known.get(fold(x.name), 1.0) if x.weight is None else x.weight)
        for x in named
    ]


def _server(text: str) -> NamedServer:
    name, equals, weight = text.rpartition("=")
    if not equals:
        name = text
    if not name.strip():
        raise ArgumentTypeError(f"{text!r} names no server: write NAME or NAME=WEIGHT")
    try:
        return NamedServer(name.strip(), float(weight) if equals else None)
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: the weight {weight!r} is no number") from None
