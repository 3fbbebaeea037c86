"""What a plan decided is told as events: the counts of the plan itself, reason by reason."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.model import LicenseType
from shared.domain.plan import Action, Decision, Plan, PlanStatus, Reason, count_reasons
from shared.usecases.tell_plan import tell_plan
from tests.unit.build import ANALYZER, NOW, a_license
from tests.unit.fakes import RecordingTelemetry

decided = st.tuples(st.sampled_from(LicenseType), st.sampled_from(Reason))


def told_of(decisions: list[Decision]) -> RecordingTelemetry:
    """The events of a plan with these decisions."""
    plan = Plan(
        plan_id="20260310T023000Z-1a2b",
        site="Lab",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
        status=PlanStatus.QUEUED,
        policy_fingerprint="f",
        counts=count_reasons(decisions),
        decisions=tuple(decisions),
    )
    telemetry = RecordingTelemetry()
    tell_plan(plan, 3, telemetry)
    return telemetry


def a_decision(number: int, license_type: LicenseType, reason: Reason) -> Decision:
    """A decision about a license of the type."""
    return Decision(a_license(number, license_type=license_type), reason.action, reason)


@given(st.lists(decided, max_size=30))
def test_the_reasons_add_up_to_what_the_plan_wants(pairs: list[tuple[LicenseType, Reason]]) -> None:
    """Over both types the licenses of each action are the numbers of `plan.created`."""
    told = told_of([a_decision(n, *pair) for n, pair in enumerate(pairs)])
    (created,) = [dims for name, dims in told.events if name == "plan.created"]
    rows = [dims for name, dims in told.events if name == "plan.decided"]
    for action, total in zip(Action, ("released", "kept", "deferred"), strict=True):
        licenses = [row["licenses"] for row in rows if row["action"] == action.value]
        assert sum(int(str(number)) for number in licenses) == created[total]
    assert len({(row["license_type"], row["reason"]) for row in rows}) == len(rows)
    assert {row["plan_id"] for row in rows} <= {created["plan_id"]}


def test_a_plan_of_no_licenses_has_no_reasons() -> None:
    """No row of zeros for each rule there is."""
    assert told_of([]).names() == ["plan.created"]


def test_what_can_not_be_seen_is_told_besides() -> None:
    """As a warning and among the reasons, with the same number."""
    told = told_of([a_decision(n, ANALYZER, Reason.USER_NOT_VISIBLE) for n in range(3)])
    assert told.names() == ["plan.created", "plan.users_not_visible", "plan.decided"]
    assert [dims["licenses"] for _, dims in told.events[1:]] == [3, 3]
