"""The plan's place in its trace, kept so that later work can point to it."""

from shared.domain.spans import PlanTrace
from shared.usecases.ports import Ledger, Span


async def keep_trace(ledger: Ledger, plan_id: str, trace_parent: str) -> None:
    """Remember where the plan was made; without a trace there is nothing to remember."""
    if trace_parent:
        await ledger.change_state(PlanTrace, plan_id, lambda _: PlanTrace(trace_parent))


async def link_to_plan(ledger: Ledger, plan_id: str, span: Span) -> None:
    """Point from a span to the plan that led to it, if both are traced."""
    if not span.trace_parent:
        return
    made = await ledger.state(PlanTrace, plan_id)
    if made:
        span.link(made.trace_parent)
