"""What QMS remembers of the servers' CALs, until it is told to forget (QlikView fact 1.10)."""

import threading
from datetime import datetime

from local.demo_qms.records import CalList
from local.demo_qms.world import World


class CalCache:
    """The CAL lists by server, each with the moment from which it is too old."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[CalList, datetime]] = {}

    def cal_list(self, server_id: str) -> CalList:
        """The CALs as they are remembered, or as they are now when nothing is."""
        with self._lock:
            now = self._world.now()
            kept, end = self._kept.get(server_id, (None, now))
            if kept is None or now >= end:
                kept = self._world.cal_list(server_id)
                self._kept[server_id] = (kept, now + self._world.behaviour.cache)
            return kept

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
