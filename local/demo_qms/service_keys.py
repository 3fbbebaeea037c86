"""The keys that a call must bring along: against forged requests (QlikView fact 1.7)."""

import secrets
import string
import threading
from datetime import datetime

from local.demo_qms.world import World

HEADER = "x-service-key"
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 32


class ServiceKeys:
    """Keys that are valid for a short time by the world's clock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._ends: dict[str, datetime] = {}

    def new(self) -> str:
        """Give out a key."""
        key = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        with self._lock:
            now = self._world.now()
            self._ends = {old: end for old, end in self._ends.items() if end > now}
            self._ends[key] = now + self._world.behaviour.key_lifetime
        return key

    def is_valid(self, key: str) -> bool:
        """Whether the key was given out and isn't over."""
        with self._lock:
            end = self._ends.get(key)
        return end is not None and self._world.now() < end

    def expire(self) -> None:
        """Make every key invalid that was given out so far."""
        with self._lock:
            self._ends.clear()
