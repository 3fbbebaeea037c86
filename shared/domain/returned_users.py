"""Released users who came straight back: auto-assignment eats what was released.

An access rule gives a matching user a license again at the next login (QRS fact 4), which is right
for a few and makes releasing pointless when it is many.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.early_warnings import EarlyWarning, Thresholds, WarningKind
from shared.domain.model import AccessLicense, LicenseType
from shared.domain.release import ReleaseRecord

type _Key = tuple[LicenseType, str]


@dataclass(frozen=True, slots=True)
class Returned:
    """A user who was released at one moment and held a license of that type again at another."""

    user_id: str
    account: str
    released_at: datetime
    back_at: datetime


@dataclass(frozen=True, slots=True)
class ReturnedUsers:
    """How many users of a type were released, and who of them came straight back, soonest first."""

    license_type: LicenseType
    released: int
    returned: tuple[Returned, ...]

    @property
    def percent(self) -> float:
        """Returned of released users, 0 to 100."""
        return 100.0 * len(self.returned) / self.released if self.released else 0.0


def returned_users(
    releases: Iterable[ReleaseRecord],
    licenses: Mapping[LicenseType, Iterable[AccessLicense]],
    within_days: float,
    restored: Collection[str] = (),
) -> tuple[ReturnedUsers, ...]:
    """Who of the released users held a license of that type again within the days.

    A user counts once a type, however often released. That somebody had come back in between is
    seen from the license that a later release took.

    Args:
        releases: records of any outcome; only confirmed releases count.
        licenses: the licenses held now; quarantined ones don't count as held.
        within_days: after the release, in days of 24 hours.
        restored: release ids that somebody gave back on purpose, which is no auto-assignment.
    """
    by_user: dict[_Key, list[ReleaseRecord]] = defaultdict(list)
    for record in releases:
        if record.outcome.is_release and record.release_id not in restored:
            by_user[record.license_type, record.user_id].append(record)
    held = _held(by_user, licenses)
    found = {key: _return(rows, held[key], within_days) for key, rows in by_user.items()}
    return tuple(_of_type(license_type, found) for license_type in LicenseType)


def came_back(found: ReturnedUsers, thresholds: Thresholds) -> EarlyWarning | None:
    """That too many came straight back; both the count and the percentage must be reached."""
    count, percent = len(found.returned), found.percent
    few = count < max(1, thresholds.returned_count) or percent < thresholds.returned_percent
    if thresholds.returned_days is None or few:
        return None
    days = f"{thresholds.returned_days:g}"
    return EarlyWarning(
        WarningKind.RELEASED_CAME_BACK,
        found.license_type.value,
        f"{count} of {found.released} released {found.license_type} users ({percent:.1f} %) held a"
        f" license again within {days} days. Raise the threshold days, or see whether the access"
        " rules should still give these users a license.",
        {"returned": float(count), "released": float(found.released), "percent": percent},
    )


def _held(
    by_user: Mapping[_Key, Iterable[ReleaseRecord]],
    licenses: Mapping[LicenseType, Iterable[AccessLicense]],
) -> Mapping[_Key, list[AccessLicense]]:
    held: dict[_Key, list[AccessLicense]] = defaultdict(list)
    for key, records in by_user.items():
        held[key].extend(record.before for record in records if record.before)
    for license_type, rows in licenses.items():
        for row in rows:
            if row.user and (license_type, row.user.id) in by_user:
                held[license_type, row.user.id].append(row)
    return held


def _return(
    records: Iterable[ReleaseRecord], held: Iterable[AccessLicense], within_days: float
) -> Returned | None:
    returns = (
        Returned(record.user_id, record.account, record.started_at, back_at)
        for record in records
        for license_ in held
        if license_ is not record.before
        for back_at in _back_at(record, license_)
        if back_at - record.started_at <= timedelta(days=within_days)
    )
    return min(returns, key=_soonest_first, default=None)


def _back_at(record: ReleaseRecord, license_: AccessLicense) -> Iterator[datetime]:
    """When the user had this license, if that was after the release.

    The same license again was taken out of quarantine, so its assignment is an old one.
    """
    if license_.quarantined:
        return
    again = license_.id == record.license_id
    moments = (license_.last_used, license_.modified) if again else (license_.created,)
    yield from (moment for moment in moments if moment and moment > record.started_at)


def _of_type(license_type: LicenseType, found: Mapping[_Key, Returned | None]) -> ReturnedUsers:
    mine = [one for (kind, _), one in found.items() if kind is license_type]
    returned = sorted((one for one in mine if one), key=_soonest_first)
    return ReturnedUsers(license_type, len(mine), tuple(returned))


def _soonest_first(one: Returned) -> tuple[timedelta, str]:
    return one.back_at - one.released_at, one.user_id
