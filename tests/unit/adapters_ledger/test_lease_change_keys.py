"""Keys of lease changes: one change is one row, and what was seen lately is found by its key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.ledger.keys import moment
from shared.adapters.ledger.lease_changes import change_key, in_order
from shared.domain.leases.history import ChangeKind, LeaseChange
from shared.domain.leases.model import Lease
from tests.unit.adapters_ledger.lease_strategies import changes
from tests.unit.adapters_ledger.strategies import times

NOW = datetime(2026, 11, 3, 12, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
_LEASE = Lease("LAB\\Anna", "m1", leased_at=NOW - HOUR, last_used=NOW - HOUR)
_MOVED = LeaseChange(
    ChangeKind.MOVED, "qvs", "LAB\\Anna", NOW, NOW - HOUR, _LEASE, replace(_LEASE, machine="m2")
)


@pytest.mark.parametrize(
    "same",
    [
        replace(_MOVED, seen_at=NOW + timedelta(minutes=3)),
        replace(_MOVED, user="lab\\ANNA"),
        replace(_MOVED, after=replace(_LEASE, machine="m2", last_used=NOW)),
    ],
    ids=["seen later", "other case", "used meanwhile"],
)
def test_what_an_overlapping_run_sees_is_the_same_change(same: LeaseChange) -> None:
    """It compares with the same look before, a little later."""
    assert change_key(same) == change_key(_MOVED)


@pytest.mark.parametrize(
    "other",
    [
        replace(_MOVED, kind=ChangeKind.APPEARED),
        replace(_MOVED, server="qvs 2"),
        replace(_MOVED, user="LAB\\Ben"),
        replace(_MOVED, since=NOW - 2 * HOUR),
        replace(_MOVED, before=None),
        replace(_MOVED, after=None),
        replace(_MOVED, before=_MOVED.after, after=_MOVED.before),
        replace(_MOVED, after=replace(_LEASE, machine="m3")),
        replace(_MOVED, after=replace(_LEASE, machine="m2", leased_at=NOW)),
        replace(_MOVED, after=replace(_LEASE, machine="m2", leased_at=None)),
    ],
)
def test_another_change_has_another_key(other: LeaseChange) -> None:
    """Whatever makes it another change keeps the two apart."""
    assert change_key(other) != change_key(_MOVED)


def test_a_key_begins_with_the_look_before() -> None:
    """So the rows lie in the order of time."""
    assert change_key(_MOVED).startswith(moment(NOW - HOUR) + "|")


def test_after_a_long_break_two_runs_still_agree() -> None:
    """The look before was a month ago: the key does not depend on the minute of either run."""
    late = replace(_MOVED, since=NOW - timedelta(days=30))
    assert change_key(late) == change_key(replace(late, seen_at=NOW + HOUR))
    assert change_key(late).startswith("2026-10-27T00:00:00.000000Z|")
    assert change_key(late) != change_key(replace(late, since=NOW - timedelta(days=31)))


@given(changes, times)
def test_a_change_is_never_behind_its_search(change: LeaseChange, since: datetime) -> None:
    """Whatever was seen at or after a time lies at or after that time's first key."""
    if change.seen_at >= since:
        day = since.replace(hour=0, minute=0, second=0, microsecond=0)
        first = day - min(timedelta(days=7), day - datetime.min.replace(tzinfo=UTC))
        assert change_key(change) >= moment(first)


@given(st.lists(changes, max_size=5))
def test_changes_are_handed_out_oldest_first(some: list[LeaseChange]) -> None:
    """By when they were seen, and none is lost."""
    ordered = in_order(some)
    assert [x.seen_at for x in ordered] == sorted(x.seen_at for x in some)
    assert all(ordered.count(x) == some.count(x) for x in some)
