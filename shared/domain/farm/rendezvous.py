"""Weighted rendezvous hashing: how well each server suits a user, the same in every process.

The score of a user on a server depends on these two and the server's weight alone. So a server
that comes or goes changes nothing between the others, and a server is a user's first choice in
proportion to its weight.
"""

from collections.abc import Iterable
from hashlib import blake2b
from math import log

from shared.domain.farm.model import FarmServer
from shared.domain.never_release import fold

_BITS = 52  # so many bits and a half are exact in a float, and the hash is never 0 or 1


def score(user: str, server: FarmServer) -> float:
    """How well the server suits the user: -weight / ln(hash), above 0; names compare folded."""
    return folded_score(fold(user), fold(server.name), server.weight)


def folded_score(user: str, server: str, weight: float) -> float:
    """The same for names that are folded already."""
    return -weight / log(hash_share(user, server))


def ranking(user: str, servers: Iterable[FarmServer]) -> tuple[FarmServer, ...]:
    """The servers, the best for this user first."""
    return tuple(sorted(servers, key=lambda server: (-score(user, server), fold(server.name))))


def hash_share(*parts: str) -> float:
    """A number above 0 and below 1 that these texts always give."""
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    number = int.from_bytes(blake2b(text, digest_size=8).digest()) >> (64 - _BITS)
    return (number + 0.5) / float(1 << _BITS)
