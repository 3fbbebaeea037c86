"""Looks, counts and changes of leases for the ledger's tests."""

from datetime import datetime, timedelta

from shared.domain.leases.history import (
    ChangeKind,
    LeaseChange,
    LeaseCounts,
    LeaseLook,
    ServerCounts,
)
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal, QlikViewServer
from tests.integration.ledger.records import NOW, guid

HOUR = timedelta(hours=1)


def a_lease(number: int) -> Lease:
    """The same lease for the same number, with times to the microsecond."""
    return Lease(
        f"LAB\\Jürgen 😀 {number // 2}",
        f"{number * 2654435761 % 2**64:016x}",
        NOW - timedelta(seconds=number),
        NOW - timedelta(microseconds=number),
    )


def a_look(
    site: str, *, taken_at: datetime = NOW, leases: tuple[Lease, ...] | None = None
) -> LeaseLook:
    """A look at a server that tells everything and at an old one that tells little."""
    told = tuple(a_lease(number) for number in range(3)) if leases is None else leases
    new = CalConfiguration(
        QlikViewServer(guid(1), "QVS Zürich"),
        in_license=50,
        assigned=2,
        limit=60,
        allow_lease=True,
        allow_dynamic=False,
        identification="UserName",
        assigned_cals=(NamedCal("LAB\\anna", "", NOW - HOUR), NamedCal("LAB\\ben")),
        leases=told,
        removed_cals=(NamedCal("LAB\\carl", "pc", None, NOW + HOUR),),
    )
    old = CalConfiguration(QlikViewServer(guid(2), "QVS"), leases=())
    read_at = {guid(1): taken_at, guid(2): taken_at - HOUR}
    return LeaseLook(site, taken_at, (new, old), read_at)


def some_counts(site: str, taken_at: datetime = NOW) -> LeaseCounts:
    """Counts of a server that tells everything and of one that tells nothing."""
    told = ServerCounts("QVS Zürich", 50, 40, 60, 1, 7, 30, 55, 12, 3, 5)
    untold = ServerCounts("QVS", None, None, None, None, None, None, None, None, None, None)
    return LeaseCounts(site, taken_at, {guid(1): told, guid(2): untold}, {"CTX01": 20, "CTX02": 35})


def a_change(
    number: int, *, seen_at: datetime = NOW, since: datetime | None = None, user: str | None = None
) -> LeaseChange:
    """A lease that moved to another machine."""
    before, after = a_lease(2 * number), a_lease(2 * number + 1)
    return LeaseChange(
        ChangeKind.MOVED,
        guid(1),
        before.user if user is None else user,
        seen_at,
        seen_at - HOUR if since is None else since,
        before,
        after,
    )
