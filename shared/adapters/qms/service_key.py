"""The service key: every call must carry one, and each lives for a minute (QMS fact 1.7)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

# Its minute begins at the server some time after we ask for it, and the call that carries it
# takes its time to arrive. Whether using a key prolongs its life is not known.
_USED_FOR = 40.0


@dataclass(slots=True)
class ServiceKey:
    """Keeps a key while it is fresh. `monotonic` is a clock in seconds; `fetch` asks for a key."""

    fetch: Callable[[], Awaitable[str]]
    monotonic: Callable[[], float]
    _key: str = field(default="", repr=False)
    _asked_at: float = 0.0

    async def current(self) -> str:
        """A key with at least twenty seconds of its minute left."""
        if not self._key or self.monotonic() - self._asked_at >= _USED_FOR:
            asked_at = self.monotonic()
            self._key = await self.fetch()
            self._asked_at = asked_at
        return self._key

    def forget(self) -> None:
        """Fetch a new one next time: this one was refused."""
        self._key = ""
