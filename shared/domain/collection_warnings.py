"""The early warning that usage is not being collected any more."""

from datetime import datetime, timedelta

from shared.domain.early_warnings import (
    EarlyWarning,
    Finding,
    Remark,
    Thresholds,
    WarningKind,
)

_CLOCKS_AGREE = timedelta(minutes=5)


def collection_missing(
    last_good: datetime | None, period: timedelta, thresholds: Thresholds, now: datetime
) -> Finding | None:
    """That usage was not collected for too long.

    Args:
        last_good: when the last collection succeeded; None when none ever did.
        period: the schedule's longest gap between two runs.
        thresholds: `missing_periods` and `missing_hours`; the shorter one counts.
        now: the moment of asking.
    """
    limit = _longest_silence(period, thresholds)
    if limit is None:
        return None
    if last_good is None:
        return Remark("collection", "No collection has succeeded yet, so nothing is known.")
    if last_good - now > _CLOCKS_AGREE:
        sentence = f"The last good collection, {last_good:%Y-%m-%d %H:%M} UTC, is in the future"
        return Remark("collection", f"{sentence}; this app's clock is or was wrong.")
    if now - last_good <= limit:
        return None
    hours = (now - last_good) / timedelta(hours=1)
    return EarlyWarning(
        WarningKind.COLLECTION_MISSING,
        "collection",
        f"Usage was last collected {hours:.1f} hours ago, at {last_good:%Y-%m-%d %H:%M} UTC; until"
        " it is again, no other warning can be relied on. Look at the last run of collect_usage.",
        {"hours": hours, "allowed_hours": limit / timedelta(hours=1)},
    )


def _longest_silence(period: timedelta, thresholds: Thresholds) -> timedelta | None:
    limits = []
    if thresholds.missing_periods is not None and period > timedelta(0):
        limits.append(thresholds.missing_periods * period)
    if thresholds.missing_hours is not None:
        limits.append(timedelta(hours=thresholds.missing_hours))
    return min(limits, default=None)
