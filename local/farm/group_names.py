"""Names of Active Directory groups for one or two servers: short, allowed, never the same twice."""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import combinations

from shared.domain.never_release import fold

LONGEST = 64  # of a group's common name
PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,11}")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,25}")
_OTHER = re.compile(r"[^A-Za-z0-9]+")


class GroupNames:
    """Names of the groups of a farm, the same in every run for the same servers.

    A server stands in them as it is called. One that is called too long, or with a character that a
    group's name can't have, stands as what is left of its name and eight digits that its whole name
    gives; and so do all when two groups would have the same name else.

    Args:
        servers: all servers of the farm.
        prefix: what all names begin with, matching `PREFIX`.
    """

    def __init__(self, servers: Iterable[str], prefix: str) -> None:
        keys = {fold(server): server.strip() for server in servers}
        self._prefix = prefix
        self._short = {
            key: name if _PLAIN.fullmatch(name) else _coded(name) for key, name in keys.items()
        }
        if self._has_twins():
            self._short = {key: _coded(name) for key, name in keys.items()}

    def of(self, servers: Sequence[str]) -> str:
        """The group of a server, or of two; their order makes no difference."""
        return self._name(tuple(sorted(fold(server) for server in servers)))

    def _name(self, keys: Sequence[str]) -> str:
        return self._prefix + "-".join(self._short[key] for key in keys)

    def _has_twins(self) -> bool:
        keys = sorted(self._short)
        groups = [(key,) for key in keys] + list(combinations(keys, 2))
        return len({self._name(group).lower() for group in groups}) < len(groups)


def _coded(name: str) -> str:
    code = blake2b(fold(name).encode(errors="backslashreplace"), digest_size=4).hexdigest()
    return f"{_OTHER.sub('_', name).strip('_')[:16]}_{code}".lstrip("_")
