"""Who uses what: the rules, in one pass over the licenses of a type."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from shared.domain.holders import (
    NONE,
    NOT_VISIBLE,
    Counted,
    Group,
    GroupKind,
    Holder,
    HolderQuestion,
    TypeHolders,
)
from shared.domain.model import AccessLicense, LicenseType, User
from shared.domain.never_release import fold

_UNUSED = {Counted.UNUSED_30: 30, Counted.UNUSED_60: 60, Counted.UNUSED_90: 90}
_NOT_LISTED = frozenset({Counted.HOLDERS, Counted.QUARANTINED})


def holders(
    licenses: Mapping[LicenseType, Sequence[AccessLicense]],
    users: Mapping[str, User],
    question: HolderQuestion,
) -> tuple[TypeHolders, ...]:
    """The holders of each type, in one pass over the licenses; `users` are those seen, by id."""
    holding = {kind: _holding(rows) for kind, rows in licenses.items()}
    in_both = set.intersection(*holding.values()) if len(holding) > 1 else set()
    return tuple(
        _Survey(license_type, users, question, in_both).of(rows)
        for license_type, rows in licenses.items()
    )


def _holding(rows: Sequence[AccessLicense]) -> set[str]:
    return {row.user.id for row in rows if row.user and not row.quarantined}


def flags_of(user: User | None) -> tuple[str, ...]:
    """Why a user can't sign in any more; empty for those who can, or who are not visible."""
    if user is None:
        return ()
    flags = {
        "blocked": user.blocked,
        "removed externally": user.removed_externally,
        "inactive": user.inactive,
    }
    return tuple(name for name, is_set in flags.items() if is_set)


class _Survey:
    """The pass over the licenses of one type."""

    def __init__(
        self,
        license_type: LicenseType,
        users: Mapping[str, User],
        question: HolderQuestion,
        in_both: Collection[str],
    ) -> None:
        self._type, self._users, self._question = license_type, users, question
        self._in_both = in_both
        asked = question.owners is not None and license_type is LicenseType.PROFESSIONAL
        self._owners = question.owners if asked else None
        self._tallies = {kind: _Tally(kind) for kind in GroupKind}
        self._lists = {each: _Longest(question.listed) for each in Counted}

    def of(self, rows: Sequence[AccessLicense]) -> TypeHolders:
        self._tallies[GroupKind.ALL].add(GroupKind.ALL, ())  # there even when nobody holds any
        for row in rows:
            self._add(row)
        counted = [each for each in Counted if each is not Counted.OWNS_NOTHING or self._asked]
        groups = (g for tally in self._tallies.values() for g in tally.groups(counted))
        lists = {c: self._lists[c].holders() for c in counted if c not in _NOT_LISTED}
        return TypeHolders(self._type, tuple(groups), lists)

    @property
    def _asked(self) -> bool:
        return self._owners is not None

    def _add(self, row: AccessLicense) -> None:
        user = self._users.get(row.user.id) if row.user else None
        since = row.unused_since
        days = (self._question.now - since) / timedelta(days=1) if since else None
        found = tuple(self._found(row, user, days))
        self._tallies[GroupKind.ALL].add(GroupKind.ALL, found)
        directory = row.user.directory if row.user else ""
        self._tallies[GroupKind.USER_DIRECTORY].add(directory, found)
        for value in self._values(user):
            self._tallies[GroupKind.CUSTOM_PROPERTY].add(value, found)
        for each in found:
            if each not in _NOT_LISTED:
                self._lists[each].add(row, user, days)

    def _found(
        self, row: AccessLicense, user: User | None, days: float | None
    ) -> Iterator[Counted]:
        if row.quarantined:
            yield Counted.QUARANTINED
            return
        yield Counted.HOLDERS
        if row.last_used is None:
            yield Counted.NEVER_USED
        if days is not None:
            yield from (each for each, limit in _UNUSED.items() if days >= limit)
        if row.user and row.user.id in self._in_both:
            yield Counted.BOTH_TYPES
        if user is None:
            yield Counted.NOT_VISIBLE
        elif user.blocked or user.removed_externally or user.inactive:
            yield Counted.LEFT
        elif self._owners is not None and user.id not in self._owners:
            yield Counted.OWNS_NOTHING

    def _values(self, user: User | None) -> Collection[str]:
        wanted = self._question.property_name
        if not wanted:
            return ()
        if user is None:
            return (NOT_VISIBLE,)
        named = (p.value for p in user.custom_properties if _folded(p.name) == _folded(wanted))
        once: dict[str, str] = {}
        for value in named:
            once.setdefault(_folded(value), value)
        return once.values() or (NONE,)


class _Tally:
    """Counters by value; values that differ in case only are one, as first spelled."""

    def __init__(self, kind: GroupKind) -> None:
        self._kind = kind
        self._spelled: dict[str, str] = {}
        self._counts: dict[str, Counter[Counted]] = {}

    def add(self, value: str, found: Sequence[Counted]) -> None:
        key = _folded(value) or NONE
        if key not in self._counts:
            self._spelled[key], self._counts[key] = value.strip() or NONE, Counter()
        counts = self._counts[key]
        for each in found:
            counts[each] += 1

    def groups(self, counted: Sequence[Counted]) -> list[Group]:
        sizes = sorted(self._counts, key=lambda key: (-self._size(key), key))
        return [
            Group(self._kind, self._spelled[k], {c: self._counts[k][c] for c in counted})
            for k in sizes
        ]

    def _size(self, key: str) -> int:
        return self._counts[key][Counted.HOLDERS] + self._counts[key][Counted.QUARANTINED]


class _Longest:
    """The longest unused licenses of many, keeping no more than are listed."""

    def __init__(self, listed: int) -> None:
        self._listed = listed
        self._read = 0
        self._heap: list[tuple[float, int, AccessLicense, User | None]] = []

    def add(self, row: AccessLicense, user: User | None, days: float | None) -> None:
        # Unknown ages go last; among equals the first read wins, so no two entries compare equal.
        self._read += 1
        entry = (float("-inf") if days is None else days, -self._read, row, user)
        if len(self._heap) < self._listed:
            heapq.heappush(self._heap, entry)
        elif self._heap:
            heapq.heappushpop(self._heap, entry)

    def holders(self) -> tuple[Holder, ...]:
        return tuple(
            Holder(
                row.account,
                None if row.unused_since is None else days,
                row.last_used is None,
                flags_of(user),
            )
            for days, _, row, user in sorted(self._heap, reverse=True)
        )


# Directories and property names come again and again.
_folded = lru_cache(maxsize=4096)(fold)
