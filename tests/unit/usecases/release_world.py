"""A releaser with everything around it, in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.limits import Limits
from shared.domain.messages import split, to_json
from shared.domain.model import AccessLicense
from shared.domain.policy import ReleasePolicy
from shared.domain.release import Outcome, ReleaseRecord
from shared.domain.switches import Switches
from shared.usecases.delete_strategies import DeleteStrategy, OneByOne
from shared.usecases.message_refusals import QueuedText
from shared.usecases.ports import Qrs
from shared.usecases.release_licenses import ReleaseLicenses, ReleaseRun
from shared.usecases.release_report import ReleaseReport
from tests.unit.build import NOW, a_license, a_policy, a_user, guid
from tests.unit.fakes import (
    FakeSite,
    ManualTime,
    MemoryLedger,
    RecordingNotifier,
    RecordingPoints,
    RecordingQueue,
    RecordingTelemetry,
    ScriptedShare,
)

OPEN = Switches(enabled=True, dry_run=False, confirmed=True, stop=False)
NO_LIMIT = Limits(max_per_run=10_000, max_percent_per_run=100)


@dataclass
class ReleaseWorld:
    """The world of one message: what was planned is at the site, and its users too."""

    planned: list[AccessLicense] = field(default_factory=lambda: [a_license(1)])
    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    queue: RecordingQueue = field(default_factory=RecordingQueue)
    points: RecordingPoints = field(default_factory=RecordingPoints)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    time: ManualTime = field(default_factory=ManualTime)
    switches: Switches = OPEN
    limits: Limits = NO_LIMIT
    policy: ReleasePolicy = field(default_factory=a_policy)
    share: ScriptedShare = field(default_factory=ScriptedShare)
    strategy: Callable[[Qrs], DeleteStrategy] = OneByOne

    def __post_init__(self) -> None:
        """Fill the site with what was planned."""
        numbers = range(1, len(self.planned) + 1)
        self.site.add(*self.planned, users=[a_user(n) for n in numbers])

    def text(self) -> str:
        """The message of the plan, good for an hour."""
        later = NOW + timedelta(hours=1)
        groups = split(site="prod", plan_id="p1", expires_at=later, licenses=self.planned)
        return to_json(groups[0])

    async def release(self, text: str | None = None, message_id: str = "m1") -> ReleaseRun:
        """Work the message once."""
        report = ReleaseReport(
            {"foo": "bar"}, self.points, self.notifier, self.telemetry, self.time
        )
        releaser = ReleaseLicenses(
            site="prod",
            policy=self.policy,
            limits=self.limits,
            switches=lambda: self.switches,
            qrs=self.site,
            share=self.share,
            deletes=self.strategy(self.site),
            ledger=self.ledger,
            queue=self.queue,
            report=report,
            telemetry=self.telemetry,
            clock=self.time,
        )
        return await releaser(QueuedText(message_id, self.text() if text is None else text, 1))

    def row(self, number: int = 1) -> ReleaseRecord:
        """What the ledger says of license `number`."""
        return self.ledger.rows["p1", guid(number)]

    def outcome(self, number: int = 1) -> Outcome:
        """The outcome of license `number`."""
        return self.row(number).outcome


def licenses(count: int) -> list[AccessLicense]:
    """That many unused licenses."""
    return [a_license(n) for n in range(1, count + 1)]
