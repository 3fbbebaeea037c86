"""Hand-written stand-ins for the ports: a Qlik site, a ledger, a point store, a telemetry sink."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from shared.domain.errors import PointsError
from shared.domain.events import Event
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    LicenseType,
    ServerLicense,
    UsageSnapshot,
    User,
)
from shared.domain.plan import Decision, Plan, PlanStatus
from shared.domain.points import Point
from shared.domain.release import DeleteAnswer, ReleaseRecord
from shared.domain.runs import RefusedMessage, Run
from tests.unit.build import NOW, an_overview


@dataclass
class FakeSite:
    """A Qlik site in memory. `before_delete` runs before each DELETE is carried out."""

    licenses: dict[str, AccessLicense] = field(default_factory=dict)
    all_users: dict[str, User] = field(default_factory=dict)
    shown_overview: AccessTypeOverview | None = None
    deleted: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    answers: list[DeleteAnswer | Exception] = field(default_factory=list)
    before_delete: Callable[[str], None] = lambda license_id: None
    now: datetime = NOW

    def add(self, *licenses: AccessLicense, users: Iterable[User] = ()) -> None:
        """Put licenses and users into the site."""
        self.licenses |= {row.id: row for row in licenses}
        self.all_users |= {user.id: user for user in users}

    async def site_version(self) -> str:
        """A fixed version."""
        return "30.4.0.0"

    async def overview(self) -> AccessTypeOverview:
        """The counts of what is there, unless the test shows others."""
        self.reads.append("overview")
        return self.shown_overview or an_overview(self.licenses.values())

    async def server_license(self) -> ServerLicense | None:
        """A license until the end of 2027."""
        return ServerLicense(date(2027, 12, 31), expired=False)

    async def access_licenses(self, license_type: LicenseType) -> list[AccessLicense]:
        """All of a type."""
        self.reads.append(f"{license_type} list")
        return [row for row in self.licenses.values() if row.license_type is license_type]

    async def access_licenses_by_id(
        self, license_type: LicenseType, ids: Collection[str]
    ) -> dict[str, AccessLicense]:
        """Those that exist."""
        self.reads.append(f"{license_type} by id")
        rows = (self.licenses[x] for x in ids if x in self.licenses)
        return {row.id: row for row in rows if row.license_type is license_type}

    async def users(self, wanted: Collection[str]) -> dict[str, User]:
        """Those that exist."""
        self.reads.append("users")
        return {x: self.all_users[x] for x in wanted if x in self.all_users}

    async def delete_access_license(
        self, license_type: LicenseType, license_id: str
    ) -> DeleteAnswer:
        """Delete or quarantine as QRS does; scripted answers come first.

        A scripted LOST deletes nothing; a test that wants both uses `before_delete`.
        """
        self.before_delete(license_id)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return self.take_away(license_id)

    def take_away(self, license_id: str) -> DeleteAnswer:
        """What a DELETE that arrives does to the site (QRS fact 2d)."""
        row = self.licenses.get(license_id)
        if row is None:
            return DeleteAnswer.ALREADY_GONE
        self.deleted.append(license_id)
        if row.last_used and self.now - row.last_used < timedelta(days=7):
            end = row.last_used + timedelta(days=7)
            self.licenses[license_id] = replace(row, quarantined=True, quarantine_end=end)
        else:
            del self.licenses[license_id]
        return DeleteAnswer.ACCEPTED


@dataclass
class MemoryLedger:
    """A ledger in memory with the guarantees of the real one."""

    plans: dict[str, Plan] = field(default_factory=dict)
    rows: dict[tuple[str, str], ReleaseRecord] = field(default_factory=dict)
    usage: list[UsageSnapshot] = field(default_factory=list)
    messages: list[RefusedMessage] = field(default_factory=list)
    last_runs: dict[str, Run] = field(default_factory=dict)
    history: list[ReleaseRecord] = field(default_factory=list)

    async def save_plan(self, plan: Plan) -> None:
        """Keep the plan."""
        self.plans[plan.plan_id] = plan

    async def plan(self, plan_id: str) -> Plan | None:
        """The header."""
        found = self.plans.get(plan_id)
        return replace(found, decisions=()) if found else None

    async def decisions(self, plan_id: str) -> AsyncIterator[Decision]:
        """The decisions."""
        for decision in self.plans[plan_id].decisions:
            yield decision

    async def set_plan_status(self, plan_id: str, status: PlanStatus) -> None:
        """Change the status."""
        self.plans[plan_id] = replace(self.plans[plan_id], status=status)

    async def releases(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, ReleaseRecord]:
        """What is recorded."""
        return {x: self.rows[plan_id, x] for x in license_ids if (plan_id, x) in self.rows}

    async def save_releases(self, records: Sequence[ReleaseRecord]) -> None:
        """Keep the records; a release is never overwritten."""
        for record in records:
            key = (record.plan_id, record.license_id)
            if key not in self.rows or not self.rows[key].outcome.is_release:
                self.rows[key] = record
                self.history.append(record)

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Keep the snapshot."""
        self.usage.append(snapshot)

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots from then on."""
        return [x for x in self.usage if x.taken_at >= since]

    async def save_refused_message(self, message: RefusedMessage) -> None:
        """Keep the message."""
        self.messages.append(message)

    async def refused_messages(self) -> list[RefusedMessage]:
        """Newest first."""
        return self.messages[::-1]

    async def save_run(self, run: Run) -> None:
        """Keep the run."""
        self.last_runs[run.function] = run

    async def runs(self) -> list[Run]:
        """The last runs."""
        return list(self.last_runs.values())


@dataclass
class RecordingPoints:
    """A point store that can be told to fail."""

    written: list[Point] = field(default_factory=list)
    failing: bool = False

    async def write(self, points: Sequence[Point]) -> None:
        """Keep the points or fail."""
        if self.failing:
            raise PointsError("InfluxDB is down")
        self.written.extend(points)


@dataclass
class RecordingTelemetry:
    """Keeps the events; their dimensions must be those of the catalogue."""

    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def emit(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Keep the event."""
        assert set(dimensions) == set(event.dimensions)
        self.events.append((event.name, dict(dimensions)))

    def names(self) -> list[str]:
        """The names of the events so far."""
        return [name for name, _ in self.events]
