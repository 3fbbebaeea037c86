"""What was asked of QMS, and what it answered: for tests."""

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    r"""One request. `status` 0 means that the connection was cut before any answer.

    Attributes:
        operation: from the SOAPAction; empty when there is none.
        api: `11`, `12`, `12.2` to `12.7`; empty for an action that isn't of QMS.
        status: of the answer.
        account: `DOMAIN\user` as the client wrote it; empty while it isn't logged in, so the
            first steps of an NTLM handshake are entries without account and with status 401.
        key_given: whether a service key came along, valid or not.
        body_bytes: length of the answer.
        connection: which TCP connection it came by, counted from 1.
    """

    operation: str
    api: str
    status: int
    account: str
    key_given: bool
    body_bytes: int
    connection: int


class RequestLog:
    """The requests in the order in which they were answered; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Note one request."""
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[Entry]:
        """All requests, with the steps of the logins."""
        with self._lock:
            return list(self._entries)

    def calls(self, operation: str | None = None) -> list[Entry]:
        """The requests of callers who were logged in; of one operation or all."""
        return [x for x in self.entries() if x.account and operation in {None, x.operation}]

    def counts(self) -> Counter[tuple[str, int]]:
        """How many calls there were by operation and status."""
        return Counter((entry.operation, entry.status) for entry in self.calls())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
