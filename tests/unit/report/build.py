"""A site with something in every section of its report, made by hand; the same each time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from shared.domain.breaker import Breaker
from shared.domain.early_warnings import EarlyWarning, Thresholds, WarningKind
from shared.domain.farm.model import FarmServer
from shared.domain.farm.placements import affinity, free_balancing, one_server
from shared.domain.farm.plan import make_plan
from shared.domain.farm.replay import replay
from shared.domain.farm.replay_result import ReplayResult
from shared.domain.holder_survey import holders
from shared.domain.holders import HolderQuestion
from shared.domain.leases.history import LeaseCounts, LeaseLook
from shared.domain.leases.model import Lease, LeaseRules, QlikViewServer
from shared.domain.leases.slot_evidence import slot_evidence
from shared.domain.leases.survey import lease_counts, survey
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    CustomProperty,
    LicensePool,
    LicenseType,
    ServerLicense,
    UsageSnapshot,
    User,
    UserReference,
)
from shared.domain.outlook import Outlook, outlook_of
from shared.domain.plan import Decision, Plan, PlanStatus, Reason, count_reasons
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.report.facts import LeaseFacts, ReportFacts
from shared.domain.runs import MessageRefusal, RefusedMessage, Run
from shared.domain.switches import Switches
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, days_ago, guid
from tests.unit.leases.build import a_config

DAY = timedelta(days=1)
Dice = Random  # chance that is the same each time; nothing secret hangs on it
OPEN = Switches(enabled=True, dry_run=False, confirmed=True, stop=False)
DIRECTORIES = ("SALES", "FINANCE", "PARTNER", "LAB", "ADMIN")
FARM = {f"CTX{number:02}": f"CTX{number:02}" for number in range(1, 7)}


def snapshots(days: int = 150) -> list[UsageSnapshot]:
    """Two collections a day; professionals run out, analyzers do not."""
    dice = Dice(1)
    return [_snapshot(days_ago(step / 2), step / 2, dice) for step in range(2 * days, -1, -1)]


def _snapshot(at: datetime, back: float, dice: Dice) -> UsageSnapshot:
    weekend = 3 if at.weekday() >= 5 else 0
    pools = {
        PROFESSIONAL: _pool(300, 288 - 0.8 * back - weekend + dice.gauss(0, 1.5)),
        ANALYZER: _pool(2500, 1400 - 0.4 * back - 3 * weekend + dice.gauss(0, 6)),
    }
    expiry = ServerLicense(date(2027, 12, 31), expired=False)
    return UsageSnapshot("Lab", at, AccessTypeOverview(pools), expiry, "30.4.0.0")


def _pool(total: int, allocated: float) -> LicensePool:
    taken = max(0, min(total, round(allocated)))
    return LicensePool(True, total, taken, taken // 2, 0, 0, total - taken)


def decisions(count: int = 200, accounts: Sequence[str] = ()) -> list[Decision]:
    """Decisions of every kind; the first users have the given user ids."""
    dice = Dice(2)
    return [_decision(number, dice, accounts) for number in range(count)]


def _decision(number: int, dice: Dice, accounts: Sequence[str]) -> Decision:
    kind = PROFESSIONAL if dice.random() < 0.2 else ANALYZER
    days = dice.expovariate(1 / 25)
    name = accounts[number] if number < len(accounts) else f"user{number:05}"
    user = UserReference(guid(5000 + number), dice.choice(DIRECTORIES), name)
    never = dice.random() < 0.05
    used = None if never else days_ago(days)
    license_ = AccessLicense(guid(number), kind, user, days_ago(400), days_ago(2), used)
    reason, value = _reason(days, dice)
    if never:
        reason, value = Reason.NEVER_USED, "assigned 400.0 days ago, threshold 30"
    return Decision(license_, reason.action, reason, value)


def _reason(days: float, dice: Dice) -> tuple[Reason, str]:
    if days < 30:
        return Reason.USED_RECENTLY, f"used {days:.1f} days ago, threshold 30"
    protected = (
        (Reason.NEVER_RELEASE_TAG, "tag License do not release"),
        (Reason.NEVER_RELEASE_USER_DIRECTORY, "user directory ADMIN"),
        (Reason.OVER_MAX_PER_RUN, "200 licenses per run"),
        (Reason.USER_NOT_VISIBLE, ""),
    )
    if dice.random() < 0.25:
        return dice.choice(protected)
    return Reason.UNUSED, f"unused for {days:.1f} days, threshold 30"


def a_plan(rows: Sequence[Decision], status: PlanStatus = PlanStatus.QUEUED) -> Plan:
    """The header of the plan of these decisions, made an hour ago."""
    made = NOW - timedelta(hours=1)
    return Plan("20261122T0130-1a2b", "Lab", made, made + DAY, status, "f00d", count_reasons(rows))


def releases(rows: Iterable[Decision], days: int = 12) -> list[ReleaseRecord]:
    """What became of licenses that were released over some days."""
    dice = Dice(3)
    found = []
    for number, decision in enumerate(d for d in rows if d.reason is Reason.UNUSED):
        at = days_ago(dice.randrange(1, days)) + timedelta(minutes=number % 7)
        outcome = dice.choices(
            (
                Outcome.RELEASED,
                Outcome.RELEASED_TO_QUARANTINE,
                Outcome.KEPT_USED_SINCE,
                Outcome.FAILED,
            ),
            (80, 10, 8, 2),
        )[0]
        found.append(_record(decision, at, outcome))
    return sorted(found, key=lambda record: record.started_at)


def _record(decision: Decision, at: datetime, outcome: Outcome) -> ReleaseRecord:
    license_ = decision.license
    assert license_.user
    return ReleaseRecord(
        site="Lab",
        plan_id=f"{at:%Y%m%dT0230}-1a2b",
        license_id=license_.id,
        license_type=license_.license_type,
        user_id=license_.user.id,
        account=license_.account,
        outcome=outcome,
        detail="confirmed by reading",
        started_at=at,
        finished_at=at + timedelta(seconds=3),
        before=license_,
        quarantine_end=at + 7 * DAY if outcome is Outcome.RELEASED_TO_QUARANTINE else None,
    )


def an_outlook(rows: Sequence[Decision]) -> Outlook:
    """Warnings of two kinds, and the holders by directory and department."""
    licenses = {
        kind: [d.license for d in rows if d.license.license_type is kind] for kind in LicenseType
    }
    dice = Dice(4)
    users = {}
    for row in (r for rows in licenses.values() for r in rows if r.user):
        assert row.user
        department = CustomProperty("Department", dice.choice(("Finance", "HR", "R&D", "Sales")))
        users[row.user.id] = User(
            row.user.id, row.user.directory, row.user.user_id, custom_properties=(department,)
        )
    found = holders(licenses, users, HolderQuestion(NOW, property_name="Department"))
    warnings = [
        EarlyWarning(
            WarningKind.POOL_RUNNING_OUT,
            "professional",
            "The pool professional is likely to be empty by 2026-12-07. Order more.",
        ),
        EarlyWarning(
            WarningKind.SERVER_LICENSE_EXPIRED, "server license", "The site license has expired."
        ),
    ]
    return outlook_of(NOW, (), {}, warnings, found)


def lease_facts(users: int = 120) -> LeaseFacts:
    """A farm on which most users sit on two machines, and how it came to be so."""
    rules = LeaseRules(farm=FARM)
    dice = Dice(5)
    leases = [
        Lease(f"ACME\\user{number:04}", machine, days_ago(9), days_ago(dice.uniform(0, 28)))
        for number in range(users)
        for machine in dice.sample(sorted(FARM), k=dice.choice((1, 2, 2)))
    ]
    leases += [Lease(f"ACME\\user{n:04}", f"NB-{n:04}", days_ago(9), days_ago(1)) for n in range(9)]
    look = LeaseLook("Lab", NOW, (a_config(leases, server=QlikViewServer("5a0c", "QVS@QV1")),))
    surveys = (survey(look.servers[0], rules, NOW),)
    now = lease_counts("Lab", NOW, surveys)
    history = [_earlier(now, back, dice) for back in range(40, 0, -1)]
    warning = EarlyWarning(WarningKind.LEASE_REFUSALS, "QVS@QV1", "Some may be refused.")
    return LeaseFacts(look, surveys, slot_evidence([], rules, look), [*history, now], (warning,))


def _earlier(now: LeaseCounts, back: int, dice: Dice) -> LeaseCounts:
    share = 1 - back / 90
    return replace(
        now,
        taken_at=now.taken_at - back * DAY,
        machines={n: max(0, round(x * share + dice.gauss(0, 1))) for n, x in now.machines.items()},
        servers={
            key: replace(
                one,
                users_at_limit=round((one.users_at_limit or 0) * share),
                users_blocked=round((one.users_blocked or 0) * share),
                users_next_refused=round((one.users_next_refused or 0) * share),
            )
            for key, one in now.servers.items()
        },
    )


def farm_results(users: int = 40, days: int = 5) -> list[ReplayResult]:
    """A small farm under three placements."""
    from local.farm.workload import made_up_sessions, user_names

    names = user_names(users)
    servers = tuple(FarmServer(name) for name in sorted(FARM)[:4])
    rules = LeaseRules()
    sessions = made_up_sessions(names, days)
    plan = make_plan(names, servers, rules=rules, now=sessions[0].start).plan
    placements = (free_balancing(servers), one_server(servers), affinity(plan))
    return [replay(sessions, placement, rules) for placement in placements]


def a_message(refusal: MessageRefusal, *, settled: str = "") -> RefusedMessage:
    """A message of yesterday."""
    return RefusedMessage(
        f"{refusal}-1", "release-candidates", refusal, "no JSON", "{}", 5, days_ago(1), settled
    )


def quiet(**changes: Any) -> ReportFacts:  # noqa: ANN401 - any field of the facts
    """A site on which nothing needs anybody."""
    plain = ReportFacts(
        "Lab",
        NOW,
        OPEN,
        Thresholds(),
        runs=[Run("collect_usage", NOW, succeeded=True, summary="2 pools")],
        history=snapshots(),
    )
    return replace(plain, **changes)


def busy(count: int = 200, accounts: Sequence[str] = ()) -> ReportFacts:
    """A site with something in every section; `count` licenses."""
    rows = decisions(count, accounts)
    return quiet(
        switches=replace(OPEN, approval_required=True),
        runs=[
            Run("collect_usage", NOW, succeeded=True, summary="2 pools"),
            Run("plan_releases", NOW, succeeded=False, summary="QRS did not answer"),
        ],
        refused=[a_message(MessageRefusal.POISON), a_message(MessageRefusal.EXPIRED)],
        breaker=Breaker(3, NOW + timedelta(minutes=8)),
        outlook=an_outlook(rows),
        plan=a_plan(rows, PlanStatus.WAITING_FOR_APPROVAL),
        decisions=rows,
        releases=releases(rows),
        leases=lease_facts(),
        qlikview=True,
    )
