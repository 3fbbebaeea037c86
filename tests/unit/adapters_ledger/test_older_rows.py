"""Rows that earlier versions wrote can still be read."""

import json
from datetime import UTC, date, datetime

from shared.adapters.ledger.rows import columns_of, value_of
from shared.domain.model import (
    AccessTypeOverview,
    LicensePool,
    LicenseType,
    ServerLicense,
    UsageSnapshot,
)

# As the first version wrote it: the overview ends with its tokens.
FIRST_VERSION = (
    '{"site":"prod","taken_at":"2026-11-03T02:30:05.123456Z","overview":{"pools":{"analyzer":'
    '{"enabled":true,"total":25,"allocated":5,"used":0,"quarantined":1,"excess":0,"available":19}'
    '},"analyzer_capacity":null,"user_access":null,"login_access":null,"tokens_enabled":false,'
    '"total_tokens":12.0,"available_tokens":null},"server_license":{"expiry":"2027-02-01",'
    '"expired":false},"site_version":"31.21.1.0"}'
)
SNAPSHOT = UsageSnapshot(
    "prod",
    datetime(2026, 11, 3, 2, 30, 5, 123456, tzinfo=UTC),
    AccessTypeOverview(
        pools={
            LicenseType.ANALYZER: LicensePool(
                enabled=True, total=25, allocated=5, used=0, quarantined=1, excess=0, available=19
            )
        },
        total_tokens=12.0,
    ),
    ServerLicense(date(2027, 2, 1), expired=False),
    "31.21.1.0",
)


def test_a_snapshot_of_the_first_version_is_read() -> None:
    """What it did not know yet has its default: no remarks, nothing unknown."""
    assert value_of(UsageSnapshot, {"Record": FIRST_VERSION}, "Usage") == SNAPSHOT


def test_what_is_written_today_holds_all_of_it() -> None:
    """A field was only ever added, none renamed or dropped."""
    old, new = json.loads(FIRST_VERSION), json.loads(str(columns_of(SNAPSHOT)["Record"]))
    assert set(old) == set(new)
    assert {key: new["overview"][key] for key in old["overview"]} == old["overview"]
