"""The use cases, joined to settings, ledger and open connections: what a function can ask for."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.adapters.telemetry import LogTelemetry
from shared.domain.switches import Switches
from shared.open_connections import Connections
from shared.usecases.approve_plan import ApprovePlan
from shared.usecases.collect_usage import Collection, CollectUsage
from shared.usecases.delete_strategies import BySelection, DeleteStrategy, OneByOne
from shared.usecases.message_refusals import QueuedText
from shared.usecases.plan_releases import Planning, PlanReleases
from shared.usecases.ports import Ledger, MessageQueue, Qrs
from shared.usecases.preview_plan import PreviewPlan
from shared.usecases.queue_plan import BY_NAME, MessageSender, QueuePlan
from shared.usecases.read_status import ReadStatus, StatusLedger
from shared.usecases.recorded_run import recorded
from shared.usecases.release_licenses import ReleaseLicenses, ReleaseRun
from shared.usecases.release_report import ReleaseReport
from shared.usecases.restore_release import Restored, RestoreRelease
from shared.usecases.survey_holders import SurveyHolders
from shared.usecases.watch_usage import Expiries, WatchUsage

if TYPE_CHECKING:
    from shared.settings import Settings

# Of a usage collection: the overview, the site license, the version.
# Of a plan: the overview and the lists of both license types.
_READS_AT_ONCE = 3


def utc_now() -> datetime:
    """The clock of the app."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """What needs the settings and the ledger, and neither QRS nor secrets."""

    settings: "Settings"
    ledger: StatusLedger
    telemetry: LogTelemetry
    queue_lengths: Callable[[], Awaitable[Mapping[str, int]]]

    def read_status(self) -> ReadStatus:
        """The state of the app."""
        from shared.settings.rules import switches

        return ReadStatus(
            site=self.settings.site_name,
            switches=switches(self.settings),
            ledger=self.ledger,
            queue_lengths=self.queue_lengths,
            clock=utc_now,
        )

    def approve_plan(self) -> ApprovePlan:
        """Approval of a waiting plan."""
        from shared.settings import rules

        return ApprovePlan(
            site=self.settings.site_name,
            policy=rules.release_policy(self.settings),
            switches=rules.switches(self.settings),
            ledger=self.ledger,
            telemetry=self.telemetry,
            clock=utc_now,
            new_id=lambda: secrets.token_hex(8),
        )

    def queue_plan(self, queue: MessageSender) -> QueuePlan:
        """Queueing of a plan that somebody names, whatever it was made for."""
        return QueuePlan(replace(self.approve_plan(), approvable=BY_NAME), queue)


def preview_plan(settings: "Settings", qrs: Qrs, ledger: Ledger | None) -> PreviewPlan:
    """A plan that is only shown."""
    from shared.settings import rules

    return PreviewPlan(
        policy=rules.release_policy(settings),
        limits=rules.limits(settings),
        grace_days=settings.license_release.grace_days,
        believable=rules.believable(settings),
        qrs=qrs,
        ledger=ledger,
        clock=utc_now,
    )


@dataclass(frozen=True, slots=True)
class App:
    """The use cases of the timers and the queue, joined to the outside world."""

    settings: "Settings"
    ledger: Ledger
    queue: MessageQueue
    connections: Connections
    expiries: Expiries
    switches_now: Callable[[], Switches]
    telemetry: LogTelemetry

    async def collect_usage(self) -> Collection:
        """Collect usage once."""
        collect = CollectUsage(
            site=self.settings.site_name,
            enabled=self.settings.license_monitor.enabled,
            static_tags=self.settings.monitor_tags(),
            qrs=self.connections.qrs,
            ledger=self.ledger,
            points=self.connections.points,
            watch=self._watch_usage(),
            telemetry=self.telemetry,
            clock=utc_now,
        )
        async with self.connections.share.held_or_one(_READS_AT_ONCE):
            return await recorded("collect_usage", collect(), ledger=self.ledger, clock=utc_now)

    async def plan_releases(self, *, dry: bool = False) -> Planning:
        """Make a release plan; a dry one is recorded and never queued, whatever the switches."""
        from shared.settings import rules

        switches = rules.switches(self.settings)
        if dry:
            switches = replace(switches, enabled=True, dry_run=True, stop=False)
        plan = PlanReleases(
            site=self.settings.site_name,
            policy=rules.release_policy(self.settings),
            limits=rules.limits(self.settings),
            grace_days=self.settings.license_release.grace_days,
            believable=rules.believable(self.settings),
            switches=switches,
            qrs=self.connections.qrs,
            ledger=self.ledger,
            static_tags=self.settings.release_tags(),
            points=self.connections.points,
            notifier=self.connections.notifier,
            telemetry=self.telemetry,
            clock=utc_now,
            new_id=lambda: secrets.token_hex(4),
        )
        async with self.connections.share.held_or_one(_READS_AT_ONCE):
            return await recorded("plan_releases", plan(), ledger=self.ledger, clock=utc_now)

    async def release_licenses(self, message_id: str, body: str, dequeue_count: int) -> ReleaseRun:
        """Work one queue message."""
        from shared.settings import rules

        report = ReleaseReport(
            self.settings.release_tags(),
            self.connections.points,
            self.connections.notifier,
            self.telemetry,
            utc_now,
        )
        release = ReleaseLicenses(
            site=self.settings.site_name,
            policy=rules.release_policy(self.settings),
            limits=rules.limits(self.settings),
            switches=self.switches_now,
            qrs=self.connections.qrs,
            share=self.connections.share,
            deletes=self._delete_strategy(),
            ledger=self.ledger,
            queue=self.queue,
            report=report,
            telemetry=self.telemetry,
            clock=utc_now,
        )
        work = release(QueuedText(message_id, body, dequeue_count))
        return await recorded("release_licenses", work, ledger=self.ledger, clock=utc_now)

    async def restore_release(self, release_id: str, actor: str) -> Restored:
        """Give a released license back; `actor` is who asked for it."""
        restore = RestoreRelease(
            site=self.settings.site_name,
            qrs=self.connections.qrs,
            ledger=self.ledger,
            telemetry=self.telemetry,
            clock=utc_now,
        )
        async with self.connections.share.held_or_one(1):
            return await restore(release_id, actor)

    def _watch_usage(self) -> WatchUsage:
        from shared.settings import rules

        monitor = self.settings.license_monitor
        survey = SurveyHolders(
            site=self.settings.site_name,
            question=lambda owners: rules.holder_question(self.settings, utc_now(), owners),
            ask_owners=monitor.owners,
            qrs=self.connections.qrs,
            telemetry=self.telemetry,
        )
        return WatchUsage(
            static_tags=self.settings.monitor_tags(),
            thresholds=rules.thresholds(self.settings),
            expiries=self.expiries,
            survey=survey if monitor.holders else None,
            ledger=self.ledger,
            points=self.connections.points,
            telemetry=self.telemetry,
            clock=utc_now,
        )

    def _delete_strategy(self) -> DeleteStrategy:
        by_selection = self.settings.license_release.delete_strategy == "selection"
        strategy = BySelection if by_selection else OneByOne
        return strategy(self.connections.qrs)
