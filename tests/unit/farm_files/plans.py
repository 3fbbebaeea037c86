"""Plans for the tests, with names that try to break out of whatever they are written into."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.domain.farm.model import Binding, FarmPlan, FarmServer
from shared.domain.never_release import fold

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOSTILE = (
    "ACME\\O'Brien",
    "ACME\\'; Remove-Item C:\\ -Recurse; '",
    "ACME\\\u2019; Remove-Item C:\\; \u2018",
    "ACME\\$(Get-Date)",
    'ACME\\`$x; "$env:X"',
    "ACME\\a\r\nStop-Computer #",
    "ACME\\'@\n'",
    "=cmd|' /C calc'!A0",
    "+1",
    "-x",
    "@SUM(A1)",
    "'quoted",
    "\uff1d1",
    'a,b;c\t"d"',
    "#region plan",
    "\u202egnimmargorp",
    "*)(objectClass=*",
    "a\x00b",
    "\\1\\g<0>",
    "anna@acme.example",
)
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    st.text(st.sampled_from("'\u2018\u2019\u201a\u201b\"`$();@{}=+-#\n\r\t,\\ aB1"), max_size=12),
)
NAMES = TEXTS.map(str.strip).filter(fold)
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - UTC follows
    lambda at: at.replace(tzinfo=UTC)
)
WEIGHTS = st.one_of(st.sampled_from([1.0, 2.0, 0.5]), st.floats(0.001, 1_000_000))


def plan(*bindings: Binding, servers: tuple[FarmServer, ...] = ()) -> FarmPlan:
    """A plan; on CTX01 and CTX02 unless other servers are given."""
    farm = servers or (FarmServer("CTX01"), FarmServer("CTX02"))
    return FarmPlan(farm, tuple(sorted(bindings, key=lambda binding: fold(binding.user))))


def bound(user: str, *servers: str, **ready_in_hours: float) -> Binding:
    """A user on CTX01 and CTX02 unless given; servers that are ready in so many hours."""
    ready = {name: NOW + timedelta(hours=hours) for name, hours in ready_in_hours.items()}
    return Binding(user, servers or ("CTX01", "CTX02"), ready)


@st.composite
def plans(draw: st.DrawFn) -> FarmPlan:
    """Any plan: one server or more, any names, weights and times."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=fold))
    farm = tuple(FarmServer(name, draw(WEIGHTS)) for name in sorted(names, key=fold))
    users = draw(st.lists(NAMES, min_size=1, max_size=8, unique_by=fold))
    return FarmPlan(farm, tuple(draw(_bindings(user, farm)) for user in sorted(users, key=fold)))


@st.composite
def _bindings(draw: st.DrawFn, user: str, farm: tuple[FarmServer, ...]) -> Binding:
    most = min(2, len(farm))
    places = st.lists(st.integers(0, len(farm) - 1), min_size=most, max_size=most, unique=True)
    names = [farm[place].name for place in sorted(draw(places))]
    ready = draw(st.lists(st.sampled_from(names), unique=True))
    return Binding(user, tuple(names), {name: draw(TIMES) for name in ready})
