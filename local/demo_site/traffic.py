"""How many requests are under way at the site, now and at most."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Traffic:
    """Counts requests from their arrival until the client can have the end of the answer.

    Safe from any thread; both entrances of a site share one.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._now = 0
        self._most = 0

    @property
    def now(self) -> int:
        """Requests that are under way."""
        with self._lock:
            return self._now

    @property
    def most(self) -> int:
        """The most that were under way at once since `forget`."""
        with self._lock:
            return self._most

    def forget(self) -> None:
        """Begin to look for the most anew."""
        with self._lock:
            self._most = self._now

    def quiet(self, within: float) -> bool:
        """Wait until no request is under way; False if that takes longer than so many seconds."""
        with self._lock:
            return self._lock.wait_for(lambda: self._now == 0, within)

    @contextmanager
    def one_more(self) -> Iterator[Callable[[], None]]:
        """Count a request for a block; gives what to call when it leaves before the block ends."""
        left = False
        with self._lock:
            self._now += 1
            self._most = max(self._most, self._now)

        def leave() -> None:
            nonlocal left
            with self._lock:
                self._now -= not left
                left = True
                self._lock.notify_all()

        try:
            yield leave
        finally:
            leave()
