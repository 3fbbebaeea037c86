"""Tell of a plan: that it was made, whom it could not see, and what each rule decided."""

from collections import Counter

from shared.domain import events
from shared.domain.plan import Action, Plan, Reason
from shared.usecases.ports import Telemetry


def tell_plan(plan: Plan, message_count: int, telemetry: Telemetry) -> None:
    """Emit the plan's events; a rule that decided on no license of a type has none."""
    about = {"site": plan.site, "plan_id": plan.plan_id}
    numbers = Counter(decision.action for decision in plan.decisions)
    telemetry.emit(
        events.PLAN_CREATED,
        {
            **about,
            "status": plan.status.value,
            "released": numbers[Action.RELEASE],
            "kept": numbers[Action.KEEP],
            "deferred": numbers[Action.DEFER],
            "messages": message_count,
        },
    )
    hidden = sum(counts.get(Reason.USER_NOT_VISIBLE, 0) for counts in plan.counts.values())
    if hidden:
        telemetry.emit(events.USERS_NOT_VISIBLE, {**about, "licenses": hidden})
    for license_type, counts in plan.counts.items():
        for reason, licenses in counts.items():
            telemetry.emit(
                events.PLAN_DECIDED,
                {
                    **about,
                    "license_type": license_type.value,
                    "action": reason.action.value,
                    "reason": reason.value,
                    "licenses": licenses,
                },
            )
