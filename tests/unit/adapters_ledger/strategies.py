"""Random records of every kind, with all of Unicode and every time to the microsecond."""

from datetime import UTC

from hypothesis import strategies as st

from shared.domain.audit import AuditEntry
from shared.domain.breaker import Breaker
from shared.domain.budget import DailyBudget
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    ServerLicense,
    TokenAccess,
    UsageSnapshot,
    UserReference,
)
from shared.domain.plan import Action, Decision, Reason
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.runs import MessageRefusal, RefusedMessage, Run

# Half surrogates too: JSON may bring them, and one odd user name must not cost a whole plan.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
times = st.datetimes(timezones=st.just(UTC))
maybe_times = st.none() | times
numbers = st.floats(allow_nan=False)
maybe_numbers = st.none() | numbers
counts = st.integers(0, 2**31 - 1)
license_types = st.sampled_from(LicenseType)

licenses = st.builds(
    AccessLicense,
    id=texts,
    license_type=license_types,
    user=st.none() | st.builds(UserReference, id=texts, directory=texts, user_id=texts),
    created=maybe_times,
    modified=maybe_times,
    last_used=maybe_times,
    quarantined=st.booleans(),
    quarantine_end=maybe_times,
    excess=st.booleans(),
)
decisions = st.builds(
    Decision,
    license=licenses,
    action=st.sampled_from(Action),
    reason=st.sampled_from(Reason),
    value=texts,
    candidate_since=maybe_times,
)
outcomes = st.sampled_from(Outcome)
releases = st.builds(
    ReleaseRecord,
    site=st.just("site"),
    plan_id=st.just("plan"),
    license_id=texts,
    license_type=license_types,
    user_id=texts,
    account=texts,
    outcome=outcomes,
    detail=texts,
    started_at=times,
    finished_at=maybe_times,
    before=st.none() | licenses,
    quarantine_end=maybe_times,
    days_unused=maybe_numbers,
)
_tokens = st.builds(
    TokenAccess,
    enabled=st.booleans(),
    token_cost=numbers,
    allocated_tokens=numbers,
    used_tokens=numbers,
    quarantined_tokens=maybe_numbers,
    unavailable_tokens=maybe_numbers,
)
overviews = st.builds(
    AccessTypeOverview,
    pools=st.dictionaries(
        license_types,
        st.builds(
            LicensePool,
            enabled=st.booleans(),
            total=counts,
            allocated=counts,
            used=counts,
            quarantined=counts,
            excess=counts,
            available=counts,
        ),
    ),
    analyzer_capacity=st.none()
    | st.builds(
        AnalyzerCapacity,
        enabled=st.booleans(),
        allocated_minutes=numbers,
        used_minutes=numbers,
        unavailable_minutes=numbers,
    ),
    user_access=st.none() | _tokens,
    login_access=st.none() | _tokens,
    tokens_enabled=st.booleans(),
    total_tokens=maybe_numbers,
    available_tokens=maybe_numbers,
    remarks=st.lists(texts).map(tuple),
    quarantined_unknown=st.lists(license_types).map(tuple),
)
snapshots = st.builds(
    UsageSnapshot,
    site=texts,
    taken_at=times,
    overview=overviews,
    server_license=st.none()
    | st.builds(ServerLicense, expiry=st.none() | st.dates(), expired=st.none() | st.booleans()),
    site_version=texts,
)
messages = st.builds(
    RefusedMessage,
    message_id=texts,
    queue=texts,
    refusal=st.sampled_from(MessageRefusal),
    detail=texts,
    body=texts,
    dequeue_count=counts,
    seen_at=times,
    settled=texts,
)
audit_entries = st.builds(
    AuditEntry,
    site=st.just("site"),
    plan_id=texts,
    license_id=texts,
    license_type=license_types,
    account=texts,
    happened=texts,
    decision=texts,
    detail=texts,
    actor=texts,
    at=times,
    before=st.none() | licenses,
)
_by_type = st.dictionaries(license_types, counts)
states = st.one_of(
    st.builds(DailyBudget, reserved=_by_type, allocated=_by_type),
    st.builds(Breaker, failures=counts, open_until=maybe_times),
)
runs = st.builds(Run, function=texts, finished_at=times, succeeded=st.booleans(), summary=texts)
