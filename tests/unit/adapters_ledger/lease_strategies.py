"""Random looks, counts and changes of leases, with all of Unicode and every time."""

from hypothesis import strategies as st

from shared.domain.leases.history import (
    ChangeKind,
    LeaseChange,
    LeaseCounts,
    LeaseLook,
    ServerCounts,
)
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal, QlikViewServer
from tests.unit.adapters_ledger.strategies import counts, maybe_times, texts, times

_maybe_counts = st.none() | counts
# Names of JSON can't be half surrogates; names and ids come by XML, which has none.
_names = st.text(max_size=20)
_maybe_flags = st.none() | st.booleans()
cals = st.builds(
    NamedCal, user=texts, machine=texts, last_used=maybe_times, quarantined_until=maybe_times
)
leases = st.builds(
    Lease,
    user=texts,
    machine=texts,
    leased_at=maybe_times,
    last_used=maybe_times,
    quarantined_until=maybe_times,
)
_maybe_cals = st.none() | st.lists(cals, max_size=3).map(tuple)
servers = st.builds(
    CalConfiguration,
    server=st.builds(QlikViewServer, id=texts, name=texts),
    in_license=_maybe_counts,
    assigned=_maybe_counts,
    limit=_maybe_counts,
    allow_lease=_maybe_flags,
    allow_dynamic=_maybe_flags,
    identification=texts,
    assigned_cals=_maybe_cals,
    leases=st.none() | st.lists(leases, max_size=3).map(tuple),
    removed_cals=_maybe_cals,
)
looks = st.builds(
    LeaseLook,
    site=texts,
    taken_at=times,
    servers=st.lists(servers, max_size=3).map(tuple),
    read_at=st.dictionaries(texts, times, max_size=3),
)
lease_counts = st.builds(
    LeaseCounts,
    site=texts,
    taken_at=times,
    servers=st.dictionaries(
        _names,
        st.builds(
            ServerCounts,
            server=texts,
            in_license=_maybe_counts,
            assigned=_maybe_counts,
            limit=_maybe_counts,
            quarantined=_maybe_counts,
            unused_30_days=_maybe_counts,
            leased=_maybe_counts,
            leases=_maybe_counts,
            users_at_limit=_maybe_counts,
            users_blocked=_maybe_counts,
            users_next_refused=_maybe_counts,
        ),
        max_size=3,
    ),
    machines=st.dictionaries(_names, counts, max_size=3),
)
changes = st.builds(
    LeaseChange,
    kind=st.sampled_from(ChangeKind),
    server=texts,
    user=texts,
    seen_at=times,
    since=times,
    before=st.none() | leases,
    after=st.none() | leases,
)
