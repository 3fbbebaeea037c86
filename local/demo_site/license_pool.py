"""The licenses of one access type: allocated, quarantined, in excess, and what is free."""

import dataclasses
import enum
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from local.demo_site.behaviour import QUARANTINE
from local.demo_site.dates import whole_milliseconds
from local.demo_site.records import AccessLicense, LicenseType

_NEVER = datetime.max.replace(tzinfo=UTC)


class BrokenRulesError(Exception):
    """QRS refuses the change with 400 and `<BrokenRules>`."""


class Released(enum.Enum):
    """What became of a license that was to be deleted."""

    REMOVED = "removed"
    QUARANTINED = "quarantined"
    WAS_QUARANTINED = "was quarantined already"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many licenses are in which state."""

    total: int
    held: int
    quarantined: int
    excess: int

    @property
    def available(self) -> int:
        """What can still be given to somebody, as in the recorded overview."""
        return max(0, self.total - self.held - self.quarantined)


class LicensePool:
    """All licenses of one type; not thread-safe by itself, the world holds the lock."""

    def __init__(
        self, license_type: LicenseType, total: int, licenses: Iterable[AccessLicense]
    ) -> None:
        self.type = license_type
        self.total = total
        self.by_id: dict[str, AccessLicense] = {}
        self._by_user: dict[str, str] = {}
        self._quarantined: set[str] = set()
        self._excess: set[str] = set()
        self._next_end = _NEVER  # no quarantine ends before this
        for license_ in licenses:
            self.put(license_)

    def put(self, license_: AccessLicense) -> None:
        """Add the license, or put it in the place of the record with its id."""
        self._unmark(license_.id)
        self.by_id[license_.id] = license_
        if license_.user_id is not None:
            self._by_user[license_.user_id] = license_.id
        if license_.quarantine_end is not None:
            self._quarantined.add(license_.id)
            self._next_end = min(self._next_end, license_.quarantine_end)
        if license_.excess:
            self._excess.add(license_.id)

    def drop(self, license_id: str) -> None:
        """Remove the record; nothing happens when there is none."""
        self._unmark(license_id)
        self.by_id.pop(license_id, None)

    def _unmark(self, license_id: str) -> None:
        old = self.by_id.get(license_id)
        self._quarantined.discard(license_id)
        self._excess.discard(license_id)
        if old is not None and old.user_id is not None:
            self._by_user.pop(old.user_id, None)

    def of_user(self, user_id: str) -> AccessLicense | None:
        """Return the license of that user, quarantined or not."""
        license_id = self._by_user.get(user_id)
        return None if license_id is None else self.by_id[license_id]

    def counts(self) -> Counts:
        """Count what is held (excess with it), quarantined and in excess."""
        quarantined = len(self._quarantined)
        held = len(self.by_id) - quarantined
        return Counts(self.total, held, quarantined, len(self._excess))

    def settle(self, now: datetime) -> None:
        """Free what has sat out its quarantine; end excess where there is room again."""
        if self._next_end <= now:
            self._end_quarantines(now)
        counts = self.counts()
        too_many = max(0, counts.held + counts.quarantined - self.total)
        if len(self._excess) > too_many:
            oldest_first = sorted((self.by_id[i] for i in self._excess), key=lambda x: x.created)
            for license_ in oldest_first[: len(oldest_first) - too_many]:
                self.put(dataclasses.replace(license_, excess=False))

    def _end_quarantines(self, now: datetime) -> None:
        ends = {i: self.by_id[i].quarantine_end or _NEVER for i in self._quarantined}
        for license_id in (i for i, end in ends.items() if end <= now):
            self.drop(license_id)
        self._next_end = min((end for end in ends.values() if end > now), default=_NEVER)

    def use(self, license_: AccessLicense, account: str, now: datetime) -> AccessLicense:
        """Mark the license as used now, the way a login does (QRS fact 2c)."""
        used = dataclasses.replace(
            license_,
            last_used=whole_milliseconds(now),
            modified=whole_milliseconds(now) + timedelta(milliseconds=16),
            modified_by=account,
        )
        self.put(used)
        return used

    def release(self, license_id: str, by: str, now: datetime, *, quarantine: bool) -> Released:
        """Take the license back: into quarantine if used in the last 7 days, else gone."""
        license_ = self.by_id.get(license_id)
        if license_ is None:
            return Released.UNKNOWN
        if license_.quarantined:
            return Released.WAS_QUARANTINED
        used = license_.last_used
        if quarantine and used is not None and used + QUARANTINE > now:
            self.put(
                dataclasses.replace(
                    license_, quarantine_end=used + QUARANTINE, modified=now, modified_by=by
                )
            )
            return Released.QUARANTINED
        self.drop(license_id)
        self.settle(now)
        return Released.REMOVED

    def reinstate(self, license_: AccessLicense, by: str, now: datetime) -> AccessLicense:
        """End the quarantine for the same user."""
        back = dataclasses.replace(license_, quarantine_end=None, modified=now, modified_by=by)
        self.put(back)
        return back
