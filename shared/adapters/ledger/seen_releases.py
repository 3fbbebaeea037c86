"""The release records that this worker read or wrote last, so that it need not read them again.

Only a shortcut: a record is written with the ETag that it had when it was seen, so whoever changed
it meanwhile is noticed, and then it is read anew. Pure; safe to use from many threads.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from shared.domain.release import ReleaseRecord

_AT_MOST = 2000  # some times the licenses of all messages that a worker works on at once


@dataclass(frozen=True, slots=True)
class Seen:
    """A record and the ETag of its row; both None when there was no row."""

    record: ReleaseRecord | None
    etag: str | None


ABSENT = Seen(None, None)


class SeenReleases:
    """Records by plan and license; the longest unused are forgotten first."""

    def __init__(self, at_most: int = _AT_MOST) -> None:
        self._at_most = at_most
        self._lock = Lock()
        self._seen: OrderedDict[tuple[str, str], Seen] = OrderedDict()

    def put(self, plan_id: str, seen: Mapping[str, Seen]) -> None:
        """Remember these, by license id."""
        with self._lock:
            for license_id, each in seen.items():
                self._seen[plan_id, license_id] = each
                self._seen.move_to_end((plan_id, license_id))
            while len(self._seen) > self._at_most:
                self._seen.popitem(last=False)

    def take(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, Seen]:
        """What is remembered of these licenses, which is forgotten with this."""
        with self._lock:
            found = {each: self._seen.pop((plan_id, each), None) for each in license_ids}
        return {license_id: seen for license_id, seen in found.items() if seen}
