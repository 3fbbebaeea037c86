"""The whole report as view data: what each section shows, in the order of the page."""

from dataclasses import dataclass

from shared.domain.report.facts import ReportFacts
from shared.domain.report.farm_views import FarmView
from shared.domain.report.holder_views import HoldersView, holders_view
from shared.domain.report.lease_views import LeasesView, leases_view
from shared.domain.report.plan_views import PlanView, plan_view
from shared.domain.report.pool_views import PoolView, pool_views
from shared.domain.report.release_views import (
    ReleasesView,
    ReturnedView,
    releases_view,
    returned_view,
)
from shared.domain.report.state_views import StateView, state_view
from shared.domain.report.todo import Todo
from shared.domain.report.todos import todos
from shared.domain.report.words import minute, visible

RELEASE_DAYS = 30


@dataclass(frozen=True, slots=True)
class ReportView:
    """What the page shows; a section that is None has nothing to show.

    `qlikview` tells apart leases that were not collected yet from a site without QlikView.
    """

    site: str
    made_at: str
    collected_at: str
    todos: tuple[Todo, ...]
    pools: tuple[PoolView, ...]
    plan: PlanView | None
    releases: ReleasesView | None
    release_days: int
    returned: ReturnedView | None
    holders: HoldersView | None
    leases: LeasesView | None
    qlikview: bool
    state: StateView
    farm: FarmView | None = None


def report_view(facts: ReportFacts) -> ReportView:
    """The report of these facts."""
    return ReportView(
        site=visible(facts.site),
        made_at=minute(facts.now),
        collected_at=minute(facts.history[-1].taken_at) if facts.history else "",
        todos=todos(facts),
        pools=pool_views(facts),
        plan=plan_view(facts),
        releases=releases_view(facts, RELEASE_DAYS),
        release_days=RELEASE_DAYS,
        returned=returned_view(facts),
        holders=holders_view(facts.outlook),
        leases=leases_view(facts.leases),
        qlikview=facts.qlikview,
        state=state_view(facts),
    )
