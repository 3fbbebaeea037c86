"""Is what was read believable? A complete read can still be wrong.

Source: reliability practice C7. Small sites are exempt from the rules that count: five people on
holiday are no broken usage log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.model import AccessLicense, LicenseType

ENOUGH_LICENSES = 20
CLOCKS_AGREE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Believable:
    """What is still believed: the change of a population in percent, and how old all use may be."""

    max_population_change_percent: int
    stale_usage_days: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a read is not believed; the sentence has the numbers."""

    reason: str
    sentence: str


def doubts(
    licenses: Mapping[LicenseType, Sequence[AccessLicense]],
    expected: Mapping[LicenseType, range],
    clock_difference: timedelta | None,
    believable: Believable,
    now: datetime,
) -> Iterator[Doubt]:
    """Everything that speaks against planning on this read.

    Args:
        licenses: what was read, by type.
        expected: how many licenses of a type the plan before lets expect: its number, less those
            that were released since (some of which may still be in quarantine); no entry without
            a plan before.
        clock_difference: how far the server's clock is ahead of ours, if known.
        believable: the limits.
        now: our clock.
    """
    for license_type, rows in licenses.items():
        yield from _jump(license_type, len(rows), expected.get(license_type), believable)
    everything = [row for rows in licenses.values() for row in rows]
    yield from _stale(everything, believable, now)
    yield from _clocks(everything, clock_difference, now)


def _jump(
    license_type: LicenseType, found: int, expected: range | None, believable: Believable
) -> Iterator[Doubt]:
    if not expected:
        return
    low, high = expected[0], expected[-1]
    distance = max(low - found, found - high, 0)
    percent = believable.max_population_change_percent
    allowed = max(ENOUGH_LICENSES, high * percent // 100) if percent else 0
    if distance > allowed:
        yield Doubt(
            "population_jump",
            f"there are {found} {license_type} licenses, and after the last plan {low} to {high}"
            f" were expected (a change of {allowed} is believed; see"
            " LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT)",
        )


def _stale(rows: Sequence[AccessLicense], believable: Believable, now: datetime) -> Iterator[Doubt]:
    uses = [row.last_used for row in rows if row.last_used]
    if len(uses) < ENOUGH_LICENSES:
        return
    newest = max(uses)
    if now - newest >= timedelta(days=believable.stale_usage_days):
        yield Doubt(
            "stale_usage",
            f"none of {len(uses)} licenses was used since {newest:%Y-%m-%d %H:%M} UTC, so QRS may"
            " not be recording use (see LICENSE_RELEASE__STALE_USAGE_DAYS)",
        )


def _clocks(
    rows: Sequence[AccessLicense], difference: timedelta | None, now: datetime
) -> Iterator[Doubt]:
    if difference is not None and abs(difference) > CLOCKS_AGREE:
        seconds = difference.total_seconds()
        yield Doubt(
            "clocks_disagree",
            f"the clock of the Qlik Sense server is {seconds:+.0f} s off this app's clock;"
            " synchronize it with a time server",
        )
    ahead = [row for row in rows if row.last_used and row.last_used - now > CLOCKS_AGREE]
    if ahead:
        yield Doubt(
            "use_in_the_future",
            f"{len(ahead)} licenses were last used in the future, the first {ahead[0].id} at"
            f" {ahead[0].last_used}; the server's clock was or is wrong",
        )
