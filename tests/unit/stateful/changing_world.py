"""The world around the workers: users, admins, the operator, time; the rules that change it."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from shared.domain.errors import PartialReadError
from shared.domain.limits import Limits
from shared.domain.model import AccessLicense, LicenseType, User, UserReference
from shared.domain.plan import Plan, PlanStatus
from shared.usecases.approve_plan import ApprovalRefusedError
from shared.usecases.delete_strategies import BySelection, OneByOne
from shared.usecases.plan_releases import Planning
from tests.unit.build import a_license, a_user, days_ago
from tests.unit.stateful.app import App, with_switch
from tests.unit.stateful.judge import protected, unused
from tests.unit.stateful.world import PROTECTING_TAG, World

SWITCHES = ("stop", "dry_run", "enabled", "confirmed")
OFTEN_STOP = [None, "stop", "stop", "stop", *SWITCHES]  # the one that is read before every DELETE
UNTIL_LATE = -1
any_number = st.integers(0, 7)


type Mark = tuple[datetime, tuple[datetime | None, UserReference | None]]


class Deed(Enum):
    """What an admin does to a license."""

    REASSIGN = auto()
    TAKE_AWAY = auto()
    QUARANTINE_OR_REINSTATE = auto()


class TwoAtATime(OneByOne):
    """Batches of two, so that a message has several rounds."""

    batch_size = 2


class ThreeBySelection(BySelection):
    """Selections of three."""

    batch_size = 3


class ChangingWorld(RuleBasedStateMachine):
    """A site where things happen, and plans are made."""

    app: App
    world: World

    @initialize(
        ages=st.lists(st.sampled_from([60, 5, 33, 400]), min_size=3, max_size=7),
        professional=st.sets(any_number, max_size=2),
        per_run=st.sampled_from([200, 3, 2, 1]),
        percent=st.sampled_from([100, 50]),
        keep_available=st.sampled_from([None, None, None, 2]),
        threshold=st.sampled_from([30, 3]),
        grace_days=st.sampled_from([0, 0, 0, 2]),
        approval=st.sampled_from([False, False, False, True]),
        strategy=st.sampled_from([TwoAtATime, ThreeBySelection]),
    )
    def begin(
        self,
        ages: list[int],
        professional: set[int],
        per_run: int,
        percent: int,
        keep_available: int | None,
        threshold: int,
        grace_days: int,
        approval: bool,
        strategy: type[OneByOne] | type[BySelection],
    ) -> None:
        """A site, the settings and a first plan."""
        self.world = World(Limits(per_run, percent, keep_available))
        self.world.policy = replace(
            self.world.policy, threshold_days=dict.fromkeys(LicenseType, threshold)
        )
        with_switch(self.world, "approval_required", value=approval)
        self.app = App(self.world, strategy, grace_days)
        self.marks: dict[str, Mark] = {}
        for number, age in enumerate(ages, 1):
            license_type = list(LicenseType)[number in professional]
            used = days_ago(age)
            row = a_license(number, license_type=license_type, last_used=used, modified=used)
            self.world.site.add(row, users=[a_user(number)])
        self.plan()
        if grace_days:
            self.app.time_passes(timedelta(days=grace_days))
            self.plan()

    # Users and admins

    @rule(number=any_number)
    def a_user_logs_in(self, number: int) -> None:
        """Use moves `lastUsed` and `modifiedDate`; nobody gets in with a quarantined license."""
        row = self._license(number)
        if row and not row.quarantined:
            now = self.world.time.now
            self.world.site.add(replace(row, last_used=now, modified=now))

    @rule(number=any_number, tagged=st.booleans(), inactive=st.booleans())
    def a_user_changes(self, number: int, tagged: bool, inactive: bool) -> None:
        """A protecting tag or flag comes or goes."""
        tags = (PROTECTING_TAG.title(),) if tagged else ()
        self.world.site.add(users=[replace(self._user(number), tags=tags, inactive=inactive)])

    @rule(number=any_number, other=any_number, deed=st.sampled_from(Deed))
    def an_admin_changes_a_license(self, number: int, other: int, deed: Deed) -> None:
        """Somebody else works at the site; `modifiedDate` may not tell of a quarantine."""
        site, row = self.world.site, self._license(number)
        if row is None:
            return
        if deed is Deed.REASSIGN:
            user = self._user(other)
            holder = UserReference(user.id, user.directory, user.user_id)
            site.add(replace(row, user=holder, modified=self.world.time.now))
        elif deed is Deed.TAKE_AWAY:
            del site.licenses[row.id]
        elif row.quarantined:
            site.end_quarantine(row.id)
        else:
            end = self.world.time.now + timedelta(days=7)
            site.add(replace(row, quarantined=True, quarantine_end=end))

    # The operator

    @rule()
    def plan(self) -> None:
        """The timer fires; every license of the plan is judged by what the site holds."""
        if self.world.down:
            return
        try:
            planning = self.app.plan()
        except PartialReadError:
            return
        if planning.plan:
            self._judge_plan(planning)

    @precondition(lambda self: self.waiting_plans())
    @rule(number=any_number)
    def approve(self, number: int) -> None:
        """Somebody approves a plan that waits, stale or not."""
        plans = self.waiting_plans()
        plan = plans[number % len(plans)]
        stale = self.world.time.now >= plan.expires_at
        changed = plan.policy_fingerprint != self.world.policy.fingerprint()
        try:
            self.app.approve(plan.plan_id)
        except ApprovalRefusedError:
            return
        assert not stale
        assert not changed
        assert not self.world.switches.holding_back()

    @rule(closed=st.sampled_from(OFTEN_STOP), approval=st.booleans())
    def the_operator_sets_switches(self, closed: str | None, approval: bool) -> None:
        """All are opened but one, perhaps; approvals are asked for, or not."""
        for name in SWITCHES:
            holds_when = name in ("stop", "dry_run")
            with_switch(self.world, name, value=(name == closed) is holds_when)
        with_switch(self.world, "approval_required", value=approval)

    @rule(threshold=st.sampled_from([3, 30, 50]))
    def the_operator_changes_the_policy(self, threshold: int) -> None:
        """Other thresholds, for the workers that start from now on."""
        days = dict.fromkeys(LicenseType, threshold)
        self.world.policy = replace(self.world.policy, threshold_days=days)

    # Time and faults

    @rule(minutes=st.sampled_from([1, 3, 6, 11, UNTIL_LATE, 60, 25 * 60]))
    def time_passes(self, minutes: int) -> None:
        """Deadlines pass, plans expire, and soon after it gets late another day begins (UTC)."""
        passed = timedelta(minutes=minutes)
        if minutes == UNTIL_LATE:
            now = self.world.time.now
            midnight = (now + timedelta(days=1)).replace(hour=0, minute=0)
            passed = max(timedelta(0), midnight - now - timedelta(minutes=2))
        self.app.time_passes(passed)

    @rule(down=st.booleans())
    def qrs_goes_or_comes(self, down: bool) -> None:
        """The Repository Service refuses connections for a while."""
        self.world.down = down

    def waiting_plans(self) -> list[Plan]:
        """The plans that somebody may approve."""
        plans = self.world.ledger.plans.values()
        return [plan for plan in plans if plan.status is PlanStatus.WAITING_FOR_APPROVAL]

    def _license(self, number: int) -> AccessLicense | None:
        ids = sorted(self.world.site.licenses)
        return self.world.site.licenses[ids[number % len(ids)]] if ids else None

    def _user(self, number: int) -> User:
        ids = sorted(self.world.site.all_users)
        return self.world.site.all_users[ids[number % len(ids)]]

    def _judge_plan(self, planning: Planning) -> None:
        """Only candidates, long enough; no more than the caps; no message under a closed switch."""
        plan, world = planning.plan, self.world
        assert plan
        now = world.time.now
        marks: dict[str, Mark] = {}
        for row in world.site.licenses.values():
            user = world.site.all_users.get(row.user.id) if row.user else None
            threshold = world.policy.threshold_days[row.license_type]
            if not row.quarantined and not protected(user) and unused(row, threshold, now):
                what = (row.last_used, row.user)
                since, before = self.marks.get(row.id, (now, what))
                marks[row.id] = (since if before == what else now, what)
        self.marks = marks
        wait = timedelta(days=self.app.grace_days)
        assert len(plan.released) <= world.limits.max_per_run
        for decision in plan.released:
            assert decision.license.id in marks, "no candidate"
            assert now - marks[decision.license.id][0] >= wait, "still in grace"
        if world.switches.holding_back() or world.switches.approval_required:
            assert not planning.messages
