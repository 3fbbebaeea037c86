"""Points for the tests of the adapters."""

from datetime import UTC, datetime, timedelta

from shared.domain.points import Point, release_point

# Type conflicts show only within a shard (a week), and shards of the past may not be kept.
NOW = datetime.now(UTC).replace(microsecond=123_456)
ALL_RELEASES = 'SELECT * FROM "qlik_sense_license_release"'
COUNT_RELEASES = 'SELECT COUNT(*) FROM "qlik_sense_license_release"'


def release(account: str = "CORP\\anna", days: float = 31, at: datetime = NOW) -> Point:
    """The point of one release."""
    return release_point(
        site="Demo",
        license_type="analyzer",
        account=account,
        days_since_last_use=days,
        released_at=at,
        static_tags={"env": "test"},
    )


def releases(number: int) -> list[Point]:
    """The points of many releases of many users."""
    return [
        release(f"CORP\\user {i % 997}", i, NOW + timedelta(microseconds=i)) for i in range(number)
    ]
