"""Keep something open for as long as the key that it was made from stays the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary


@dataclass(slots=True)
class _Entry[V]:
    key: Hashable
    value: V
    users: int = 0
    replaced: bool = False


class KeptOpen[K: Hashable, V]:
    """One open value per event loop (sockets belong to the loop that opened them).

    A value whose key is out of date is closed as soon as nobody uses it any more.
    """

    def __init__(
        self, build: Callable[[K], Awaitable[V]], close: Callable[[V], Awaitable[None]]
    ) -> None:
        self._build = build
        self._close = close
        self._entries: WeakKeyDictionary[asyncio.AbstractEventLoop, _Entry[V]] = WeakKeyDictionary()
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    @asynccontextmanager
    async def use(self, key: K) -> AsyncIterator[V]:
        """The value for `key`, built if there is none; stays open until the block ends."""
        entry = await self._entry(key)
        entry.users += 1
        try:
            yield entry.value
        finally:
            entry.users -= 1
            await self._close_if_unused(entry)

    async def aclose(self) -> None:
        """Close the running loop's value as soon as nobody uses it; a later use builds it anew."""
        entry = self._entries.pop(asyncio.get_running_loop(), None)
        if entry:
            entry.replaced = True
            await self._close_if_unused(entry)

    async def _entry(self, key: K) -> _Entry[V]:
        loop = asyncio.get_running_loop()
        async with self._locks.setdefault(loop, asyncio.Lock()):
            kept = self._entries.get(loop)
            if kept and kept.key == key:
                return kept
            entry = self._entries[loop] = _Entry(key, await self._build(key))
        if kept:
            kept.replaced = True
            await self._close_if_unused(kept)
        return entry

    async def _close_if_unused(self, entry: _Entry[V]) -> None:
        if entry.replaced and entry.users == 0:
            await self._close(entry.value)
