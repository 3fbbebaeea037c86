"""Short ways to build leases, servers and looks, and random ones for properties."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from hypothesis import strategies as st

from shared.domain.leases.history import LeaseCounts, LeaseLook
from shared.domain.leases.model import CalConfiguration, Lease, LeaseRules, NamedCal, QlikViewServer
from shared.domain.leases.user_leases import ServerLeases, user_leases
from tests.unit.build import NOW, days_ago

RULES = LeaseRules()
FARM = LeaseRules(farm={name: name for name in ("CTX01", "CTX02", "CTX03", "CTX04")})
QVS = QlikViewServer("5a0c", "QVS@QV1")
JOHN = "ACME\\john.doe"


def hours_ago(hours: float) -> datetime:
    """That many hours before NOW."""
    return NOW - timedelta(hours=hours)


def a_lease(
    machine: str = "CTX01",
    user: str = JOHN,
    *,
    used: datetime | None = None,
    leased: datetime | None = None,
    quarantined_until: datetime | None = None,
    contact: bool = True,
) -> Lease:
    """A lease given ten days ago and used an hour ago."""
    if not contact:
        return Lease(user, machine, None, None, quarantined_until)
    used = used or hours_ago(1)
    return Lease(user, machine, leased or min(used, days_ago(10)), used, quarantined_until)


def a_cal(
    user: str = JOHN, *, used: datetime | None = NOW, until: datetime | None = None
) -> NamedCal:
    """An assigned CAL that is in use."""
    return NamedCal(user, last_used=used, quarantined_until=until)


def a_config(
    leases: Iterable[Lease] | None = (),
    cals: Iterable[NamedCal] | None = None,
    *,
    server: QlikViewServer = QVS,
    removed: Iterable[NamedCal] | None = (),
    allow_lease: bool | None = True,
    allow_dynamic: bool | None = False,
    in_license: int | None = 100,
    limit: int | None = 100,
    assigned: int | None = None,
    told: bool = True,
) -> CalConfiguration:
    """A server on which everybody who has a lease has a CAL, unless CALs are given."""
    leases = None if leases is None else tuple(leases)
    if cals is None and told:
        cals = [a_cal(user) for user in dict.fromkeys([JOHN, *(x.user for x in leases or ())])]
    return CalConfiguration(
        server,
        in_license,
        assigned,
        limit,
        allow_lease,
        allow_dynamic,
        "UserName",
        None if cals is None else tuple(cals),
        leases,
        None if removed is None else tuple(removed),
    )


def a_server(*leases: Lease, rules: LeaseRules = RULES, now: datetime = NOW) -> ServerLeases:
    """The server with these leases, read now."""
    return user_leases(a_config(leases), rules, now)


def a_look(
    *configs: CalConfiguration,
    at: datetime = NOW,
    read_at: Mapping[str, datetime] | None = None,
) -> LeaseLook:
    """A look at these servers."""
    return LeaseLook("Köln", at, configs, read_at or {})


def machine_history(machines: Mapping[str, int], at: datetime = NOW) -> LeaseCounts:
    """Counts of a look with these leases on machines."""
    return LeaseCounts("Köln", at, {}, machines)


MACHINES = ("CTX01", "CTX02", "ctx03", "NB-7", "ctx01", "")
USERS = (JOHN, "ACME\\JOHN.DOE", "ACME\\ann", "")
moments = st.builds(lambda hours: hours_ago(hours), st.integers(-30, 24 * 45))
leases = st.builds(
    Lease,
    st.sampled_from(USERS),
    st.sampled_from(MACHINES),
    st.none() | moments,
    st.none() | moments,
    st.none() | moments,
)
several = st.lists(leases, max_size=8)
rules = st.builds(
    LeaseRules,
    st.integers(1, 4),
    st.integers(0, 40).map(lambda days: timedelta(days=days)),
    st.integers(0, 24 * 45).map(lambda hours: timedelta(hours=hours)),
    st.just(FARM.farm),
)
