"""What was asked of the site, and what it answered: for tests and benchmarks."""

import re
import threading
from collections import Counter
from dataclasses import dataclass

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `status` 0 means that the connection was cut before any answer.

    `route` is the path from `/qrs` on in lower case, with `{id}` for every GUID; `path` has
    the GUIDs. `query` is as it was sent, still encoded.
    """

    method: str
    route: str
    path: str
    query: str
    account: str
    status: int
    body_bytes: int


def route_of(path: str) -> str:
    """Replace the ids in a path."""
    return _GUID.sub("{id}", path)


class RequestLog:
    """The requests in the order in which they were answered; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Note one request."""
        with self._lock:
            self._entries.append(entry)

    def entries(self, method: str | None = None, route: str | None = None) -> list[Entry]:
        """The requests with that method and route; None stands for any."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if method in {None, entry.method} and route in {None, entry.route}
            ]

    def count(self, method: str | None = None, route: str | None = None) -> int:
        """How many requests there were with that method and route."""
        return len(self.entries(method, route))

    def counts(self) -> Counter[tuple[str, str, int]]:
        """How many requests there were by method, route and status."""
        return Counter((entry.method, entry.route, entry.status) for entry in self.entries())

    def clear(self) -> None:
        """Forget everything, e.g. between the phases of a benchmark."""
        with self._lock:
            self._entries.clear()
