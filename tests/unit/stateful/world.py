"""The world that the workers share: a site, a ledger, a queue, a clock, the operator's switches."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.audit import AuditEntry
from shared.domain.limits import Limits
from shared.domain.messages import RefusedMessageError, read
from shared.domain.model import LicenseType
from shared.domain.never_release import FlagRule, NeverRelease
from shared.domain.policy import ReleasePolicy
from shared.domain.release import DeleteAnswer, ReleaseRecord
from shared.domain.switches import Switches
from tests.unit.build import a_policy
from tests.unit.fakes import (
    FakeSite,
    ManualTime,
    MemoryLedger,
    RecordingNotifier,
    RecordingPoints,
    RecordingTelemetry,
)
from tests.unit.stateful.little_queue import LittleQueue
from tests.unit.stateful.worker import Worker

PROTECTING_TAG = "never release"
RULES = NeverRelease(tags=frozenset({PROTECTING_TAG}), inactive=FlagRule.YES)
OPEN = Switches(enabled=True, dry_run=False, confirmed=True, stop=False)


@dataclass(frozen=True)
class Deletion:
    """A DELETE that took effect. It counts for the day (UTC) for which its worker reserved it.

    A message that is begun before midnight keeps its day for the ten minutes that it may take.
    A DELETE whose answer got lost counts like any other: by what it did, not by what was heard. A
    license that an admin gives back between the DELETEs of two workers counts once for its plan.
    """

    day: str
    plan_id: str
    license_id: str
    license_type: LicenseType


@dataclass
class World:
    """Everything that outlives a worker. `violations` collects what must never happen.

    `orphans` are licenses that a worker began and did not confirm, because it died, failed or put
    its message back, and that another worker had at the same time: what that one wrote may hide
    what the first one did. What became of them is in the audit only, as "releasing" with the
    before-image.

    `doubtful` are licenses of which no worker can know whether a DELETE of ours took them or
    somebody else did.
    """

    limits: Limits
    policy: ReleasePolicy = field(default_factory=lambda: a_policy(RULES))
    switches: Switches = OPEN
    site: FakeSite = field(default_factory=FakeSite)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    points: RecordingPoints = field(default_factory=RecordingPoints)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    time: ManualTime = field(default_factory=ManualTime)
    down: bool = False
    violations: list[str] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    orphans: set[tuple[str, str]] = field(default_factory=set)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    _allocated: dict[str, dict[LicenseType, int]] = field(default_factory=dict)
    _audit: list[AuditEntry] = field(default_factory=list)
    _released: dict[tuple[str, str], ReleaseRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Join the queue to the clock."""
        self.queue = LittleQueue(self.time)

    def at(self, moment: datetime) -> None:
        """Move all clocks."""
        self.time.now = self.site.now = moment

    def note_allocated(self, day: str, allocated: Mapping[LicenseType, int]) -> None:
        """The most that a worker who reserved on that day was shown as allocated."""
        known = self._allocated.setdefault(day, {})
        for license_type, number in allocated.items():
            known[license_type] = max(number, known.get(license_type, 0))

    def take_away(self, worker: Worker, license_type: LicenseType, license_id: str) -> DeleteAnswer:
        """What a DELETE that arrives does; one of a license in quarantine does nothing."""
        row = self.site.licenses.get(license_id)
        if row is None or row.license_type is not license_type:
            return DeleteAnswer.ALREADY_GONE
        if not row.quarantined:
            day = worker.reserved.get(license_id, "")
            self.deletions.append(Deletion(day, worker.plan_id, license_id, license_type))
            self._judge_day(day, worker)
            self.site.take_away(license_id)
        else:
            self.doubtful.add((worker.plan_id, license_id))
        return DeleteAnswer.ACCEPTED

    def _judge_day(self, day: str, worker: Worker) -> None:
        if not worker.started_at.date().isoformat() <= day <= self.time.now.date().isoformat():
            self.violations.append(f"a release of {self.time.now} was counted for {day!r}")
        gone = {(x.plan_id, x.license_id, x.license_type) for x in self.deletions if x.day == day}
        went = Counter(license_type for _, _, license_type in gone)
        if went.total() > self.limits.max_per_run:
            self.violations.append(f"{went.total()} went on {day}: over MAX_PER_RUN")
        for license_type, number in went.items():
            base = self._allocated.get(day, {}).get(license_type, 0)
            if number > -(-base * self.limits.max_percent_per_run // 100):
                self.violations.append(f"{number} {license_type} of {base} went on {day}: over %")

    def judge_ledger(self) -> None:
        """Note what was overwritten or removed that must stay as it is."""
        if self.ledger.audit[: len(self._audit)] != self._audit:
            self.violations.append("the audit was changed")
        self._audit = list(self.ledger.audit)
        rows = self.ledger.rows
        for key, row in self._released.items():
            if rows.get(key) != row:
                self.violations.append(f"a recorded release was overwritten: {key}")
        self._released = {key: row for key, row in rows.items() if row.outcome.is_release}
        ours = {(x.plan_id, x.license_id) for x in self.deletions} | self.doubtful
        for (plan_id, license_id), row in self._released.items():
            if (plan_id, license_id) not in ours:
                self.violations.append(f"{license_id[-2:]} is {row.outcome} and was not our deed")
            found = self.site.licenses.get(license_id)
            if found and not found.quarantined and license_id not in self.site.given:
                self.violations.append(f"{license_id[-2:]} is {row.outcome} and in force: a lie")


def licenses_in(bodies: Iterable[str]) -> set[tuple[str, str]]:
    """Plan and license of everything that these messages name; rubbish names nothing."""
    found = set()
    for body in bodies:
        try:
            message = read(body)
        except RefusedMessageError:
            continue
        found |= {(message.plan_id, item.license_id) for item in message.licenses}
    return found
