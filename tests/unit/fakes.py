"""Hand-written stand-ins for the ports: a Qlik site, a ledger, a point store, a telemetry sink."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from shared.adapters.ledger.keys import moment
from shared.adapters.ledger.lease_changes import CHANGES_KEPT, change_key, in_order
from shared.adapters.ledger.lease_counts import COUNTS_KEPT_WHOLE
from shared.adapters.ledger.release_rows import settle
from shared.adapters.ledger.rows import from_json, to_json
from shared.adapters.ledger.usage import KEPT_WHOLE
from shared.domain.audit import AuditEntry
from shared.domain.errors import HeldBackError, LedgerError, NoSlotError, PointsError
from shared.domain.events import Event
from shared.domain.leases.history import LeaseChange, LeaseCounts, LeaseLook
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    LicenseType,
    ServerLicense,
    UsageSnapshot,
    User,
    UserReference,
)
from shared.domain.never_release import fold
from shared.domain.notice import Notice
from shared.domain.plan import Decision, Plan, PlanStatus
from shared.domain.points import Point
from shared.domain.release import AllocateAnswer, AllocateKind, DeleteAnswer, ReleaseRecord
from shared.domain.runs import RefusedMessage, Run
from shared.domain.spans import SpanKind
from tests.unit.build import NOW, an_overview, guid
from tests.unit.memory_ticks import Ticks, taken_since, thinned, with_tick


@dataclass
class FakeSite:
    """A Qlik site in memory. `before_delete` runs before each DELETE is carried out.

    `before_selection` runs before a selection is deleted by, or held back.

    Of a selection `selection_stops_after` licenses go, all with None; with `selection_lost` its
    answer gets lost. `free` licenses of each type can be given; `gift_answers` are scripted.
    """

    licenses: dict[str, AccessLicense] = field(default_factory=dict)
    all_users: dict[str, User] = field(default_factory=dict)
    shown_overview: AccessTypeOverview | None = None
    deleted: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    answers: list[DeleteAnswer | Exception] = field(default_factory=list)
    before_delete: Callable[[str], None] = lambda license_id: None
    before_selection: Callable[[], None] = lambda: None
    now: datetime = NOW
    selections: list[tuple[str, ...]] = field(default_factory=list)
    selection_stops_after: int | None = None
    selection_lost: bool = False
    free: int = 10
    gift_answers: list[AllocateAnswer | Exception] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    shown_clock_difference: timedelta | None = timedelta(0)
    owners: set[str] = field(default_factory=set)

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
        self, license_type: LicenseType, license_id: str, may_send: Callable[[], bool]
    ) -> DeleteAnswer:
        """Delete or quarantine as QRS does; scripted answers come first.

        A scripted LOST deletes nothing; a test that wants both uses `before_delete`.
        """
        if not may_send():
            raise HeldBackError(license_id)
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
            self.free += 1
        return DeleteAnswer.ACCEPTED

    async def delete_selected(
        self,
        license_type: LicenseType,
        license_ids: Sequence[str],
        may_send: Callable[[], bool],
    ) -> DeleteAnswer:
        """Take the licenses away one after the other, as far as the test lets it come."""
        self.before_selection()
        if not may_send():
            raise HeldBackError("the selection")
        if not license_ids:
            raise ValueError("a selection must name at least one access license")
        self.selections.append(tuple(license_ids))
        for license_id in license_ids[: self.selection_stops_after]:
            self.before_delete(license_id)
            self.take_away(license_id)
        stopped = self.selection_stops_after is not None
        return DeleteAnswer.LOST if stopped or self.selection_lost else DeleteAnswer.ACCEPTED

    async def license_of_user(
        self, license_type: LicenseType, user_id: str
    ) -> AccessLicense | None:
        """The one in force before a quarantined one."""
        self.reads.append(f"{license_type} of user")
        rows = (row for row in self.licenses.values() if row.license_type is license_type)
        own = (row for row in rows if row.user and row.user.id == user_id)
        return min(own, key=lambda row: row.quarantined, default=None)

    async def allocate(self, license_type: LicenseType, user_id: str) -> AllocateAnswer:
        """Give a license; scripted answers come first, and give nothing."""
        return self._scripted_gift() or self.give(license_type, user_id)

    def give(self, license_type: LicenseType, user_id: str) -> AllocateAnswer:
        """What a POST that arrives does to the site; a quarantined license is given back."""
        user = self.all_users.get(user_id)
        for row in self.licenses.values():
            if row.user and (row.user.id, row.license_type) == (user_id, license_type):
                return self.end_quarantine(row.id)
        if user is None or self.free < 1:
            return AllocateAnswer(AllocateKind.REFUSED, "<BrokenRules>")
        self.free -= 1
        new_id = guid(900_000 + len(self.given))
        holder = UserReference(user.id, user.directory, user.user_id)
        self.licenses[new_id] = AccessLicense(
            new_id, license_type, holder, created=self.now, modified=self.now, last_used=None
        )
        self.given.append(new_id)
        return AllocateAnswer(AllocateKind.ACCEPTED)

    async def reinstate(self, license_: AccessLicense) -> AllocateAnswer:
        """End a quarantine; scripted answers come first, and end none."""
        return self._scripted_gift() or self.end_quarantine(license_.id)

    def end_quarantine(self, license_id: str) -> AllocateAnswer:
        """What a PUT that arrives does to the site."""
        row = self.licenses.get(license_id)
        if row is None or not row.quarantined:
            return AllocateAnswer(AllocateKind.REFUSED, "It is not in quarantine.")
        self.licenses[license_id] = replace(row, quarantined=False, quarantine_end=None)
        self.given.append(license_id)
        return AllocateAnswer(AllocateKind.ACCEPTED)

    async def owner_ids(self) -> frozenset[str]:
        """The `owners` of the test."""
        self.reads.append("owners")
        return frozenset(self.owners)

    def clock_difference(self) -> timedelta | None:
        """What the test says."""
        return self.shown_clock_difference

    def _scripted_gift(self) -> AllocateAnswer | None:
        answer = self.gift_answers.pop(0) if self.gift_answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class MemoryLedger:
    """A ledger in memory with the guarantees of the real one.

    What is changed side by side goes through JSON, as it does in the tables. `history` holds
    every release record that was written, in order.
    """

    plans: dict[str, Plan] = field(default_factory=dict)
    rows: dict[tuple[str, str], ReleaseRecord] = field(default_factory=dict)
    usage: list[UsageSnapshot] = field(default_factory=list)
    ticks: Ticks = field(default_factory=dict)
    messages: list[RefusedMessage] = field(default_factory=list)
    last_runs: dict[str, Run] = field(default_factory=dict)
    history: list[ReleaseRecord] = field(default_factory=list)
    states: dict[tuple[str, str], str] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)

    async def save_plan(self, plan: Plan) -> None:
        """Keep the plan; another one of the same id is refused."""
        there = self.plans.setdefault(plan.plan_id, plan)
        if replace(there, status=plan.status) != plan:
            raise LedgerError(f"another plan has the id {plan.plan_id}")

    async def plan(self, plan_id: str) -> Plan | None:
        """The header."""
        found = self.plans.get(plan_id)
        return replace(found, decisions=()) if found else None

    async def latest_plans(self, limit: int) -> list[Plan]:
        """The newest headers."""
        newest = sorted(self.plans.values(), key=lambda plan: plan.created_at, reverse=True)
        return [replace(plan, decisions=()) for plan in newest[: max(limit, 0)]]

    async def decisions(self, plan_id: str) -> AsyncIterator[Decision]:
        """The decisions."""
        for decision in self._stored_plan(plan_id).decisions:
            yield decision

    async def set_plan_status(self, plan_id: str, status: PlanStatus) -> None:
        """Change the status."""
        self.plans[plan_id] = replace(self._stored_plan(plan_id), status=status)

    async def releases(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, ReleaseRecord]:
        """What is recorded."""
        return {x: self.rows[plan_id, x] for x in license_ids if (plan_id, x) in self.rows}

    async def recent_releases(self, since: datetime) -> list[ReleaseRecord]:
        """What was begun from then on."""
        recent = (row for row in self.rows.values() if row.started_at >= since)
        return sorted(recent, key=lambda row: row.started_at)

    async def save_releases(self, records: Sequence[ReleaseRecord]) -> None:
        """Keep the records; a release is never overwritten."""
        for record in records:
            key = (record.plan_id, record.license_id)
            standing = settle(self.rows.get(key), record)
            if standing != self.rows.get(key):
                self.rows[key] = standing
                self.history.append(standing)

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Keep the snapshot, in the place of an earlier one of the same tick."""
        self.usage = with_tick(self.usage, self.ticks, snapshot)

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots from then on."""
        return taken_since(self.usage, since)

    async def thin_usage(self, now: datetime) -> int:
        """Leave the last snapshot of each day that is over a year old."""
        before = len(self.usage)
        self.usage = thinned(self.usage, self.ticks, (now.astimezone(UTC) - KEPT_WHOLE).date())
        return before - len(self.usage)

    async def save_refused_message(self, message: RefusedMessage) -> None:
        """Keep the message in the place of an earlier one of that id and reason."""
        settled = ""
        for place, there in enumerate(self.messages):
            if (there.message_id, there.refusal) == (message.message_id, message.refusal):
                settled = self.messages.pop(place).settled
                break
        self.messages.append(replace(message, settled=settled))

    async def refused_messages(self) -> list[RefusedMessage]:
        """Newest first."""
        return sorted(self.messages, key=lambda message: message.seen_at, reverse=True)

    async def refused_message(self, message_id: str) -> RefusedMessage | None:
        """The newest of that id."""
        kept = (x for x in await self.refused_messages() if x.message_id == message_id)
        return next(kept, None)

    async def settle_message(self, message_id: str, how: str) -> None:
        """Mark the message."""
        if await self.refused_message(message_id) is None:
            raise LedgerError(f"no refused message has the id {message_id}")
        self.messages = [
            replace(x, settled=how) if x.message_id == message_id else x for x in self.messages
        ]

    async def state[S](self, kind: type[S], name: str) -> S | None:
        """What was stored."""
        text = self.states.get((kind.__name__, name))
        return None if text is None else from_json(kind, text)

    async def change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        """Store what `change` makes of the state; call it twice, as a lost race does."""
        change(await self.state(kind, name))
        changed = change(await self.state(kind, name))
        text = to_json(changed)
        assert from_json(kind, text) == changed, f"{changed} can't be read back"
        self.states[kind.__name__, name] = text
        return changed

    async def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Add what is not there yet."""
        self.audit += [x for x in dict.fromkeys(entries) if x not in self.audit]

    async def audit_of(self, plan_id: str, license_id: str) -> list[AuditEntry]:
        """Oldest first."""
        wanted = (plan_id, license_id)
        entries = (x for x in self.audit if (x.plan_id, x.license_id) == wanted)
        return sorted(entries, key=lambda entry: entry.at)

    async def save_run(self, run: Run) -> None:
        """Keep the run."""
        self.last_runs[run.function] = run

    async def runs(self) -> list[Run]:
        """The last runs, by name."""
        return [self.last_runs[name] for name in sorted(self.last_runs)]

    def _stored_plan(self, plan_id: str) -> Plan:
        if plan_id not in self.plans:
            raise LedgerError(f"no plan has the id {plan_id}")
        return self.plans[plan_id]


@dataclass
class MemoryLeaseLedger:
    """A memory of leases with the guarantees of the real one."""

    look: LeaseLook | None = None
    counts: list[LeaseCounts] = field(default_factory=list)
    count_ticks: Ticks = field(default_factory=dict)
    changes: dict[str, LeaseChange] = field(default_factory=dict)

    async def save_lease_look(self, look: LeaseLook) -> None:
        """Keep the look."""
        self.look = look

    async def lease_look(self) -> LeaseLook | None:
        """The look."""
        return self.look

    async def save_lease_counts(self, counts: LeaseCounts) -> None:
        """Keep the counts, in the place of earlier ones of the same tick."""
        self.counts = with_tick(self.counts, self.count_ticks, counts)

    async def lease_counts_since(self, since: datetime) -> list[LeaseCounts]:
        """The counts from then on."""
        return taken_since(self.counts, since)

    async def thin_lease_counts(self, now: datetime) -> int:
        """Leave the last counts of each day that is over 90 days old, and changes of 400 days."""
        before = len(self.counts) + len(self.changes)
        whole = (now.astimezone(UTC) - COUNTS_KEPT_WHOLE).date()
        self.counts = thinned(self.counts, self.count_ticks, whole)
        oldest = moment(now - CHANGES_KEPT)
        self.changes = {key: change for key, change in self.changes.items() if key >= oldest}
        return before - len(self.counts) - len(self.changes)

    async def append_lease_changes(self, changes: Sequence[LeaseChange]) -> None:
        """Add what is not there yet."""
        self.changes = {change_key(change): change for change in reversed(changes)} | self.changes

    async def lease_changes(self, since: datetime, *, user: str | None = None) -> list[LeaseChange]:
        """The changes from then on, of one user or of all."""
        seen = [change for change in self.changes.values() if change.seen_at >= since]
        return in_order(x for x in seen if user is None or fold(x.user) == fold(user))


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
class RecordedSpan:
    """A span; its attributes must be those of the catalogue, and it ends once."""

    kind: SpanKind
    trace_parent: str
    attributes: dict[str, str | float] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    people: frozenset[str] = frozenset()
    error: Exception | None = None
    ended: bool = False

    def note(self, name: str, value: str | float) -> None:
        """Keep the attribute."""
        assert name in self.kind.attributes
        assert not self.ended
        self.attributes[name] = value

    def link(self, trace_parent: str) -> None:
        """Keep the link."""
        self.links.append(trace_parent)

    def end(self) -> None:
        """End it."""
        assert not self.ended
        self.ended = True


@dataclass
class RecordingTelemetry:
    """Keeps events and spans; what they hold must be what the catalogues name.

    Spans have `trace_parent`; without one nothing is traced.
    """

    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    spans: list[RecordedSpan] = field(default_factory=list)
    trace_parent: str = ""

    def emit(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Keep the event."""
        assert set(dimensions) == set(event.dimensions)
        self.events.append((event.name, dict(dimensions)))

    @contextmanager
    def span(
        self,
        kind: SpanKind,
        attributes: Mapping[str, str | float],
        *,
        people: Iterable[str] = (),
    ) -> Iterator[RecordedSpan]:
        """Keep the span, with how it ended."""
        span = self.start_span(kind, attributes)
        span.people = frozenset(people)
        try:
            yield span
        except Exception as error:
            span.error = error
            raise
        finally:
            span.end()

    def start_span(self, kind: SpanKind, attributes: Mapping[str, str | float]) -> RecordedSpan:
        """Keep the span."""
        span = RecordedSpan(kind, self.trace_parent)
        for name, value in attributes.items():
            span.note(name, value)
        self.spans.append(span)
        return span

    def names(self) -> list[str]:
        """The names of the events so far."""
        return [name for name, _ in self.events]


@dataclass
class RecordingQueue:
    """Keeps what was put back, with its delay."""

    put: list[tuple[str, timedelta]] = field(default_factory=list)

    async def put_back(self, text: str, delay: timedelta) -> None:
        """Keep the message."""
        self.put.append((text, delay))


@dataclass
class ScriptedShare:
    """A share of QRS's requests that is always granted, unless the test says that none is left."""

    refused: bool = False
    wanted: list[int] = field(default_factory=list)
    holders: int = 0

    @asynccontextmanager
    async def held(self, wants: int) -> AsyncIterator[None]:
        """Grant or refuse."""
        self.wanted.append(wants)
        if self.refused:
            raise NoSlotError("others use all")
        self.holders += 1
        try:
            yield
        finally:
            self.holders -= 1


@dataclass
class RecordingNotifier:
    """Keeps the notices."""

    notices: list[Notice] = field(default_factory=list)

    async def notify(self, notice: Notice) -> None:
        """Keep the notice."""
        self.notices.append(notice)


@dataclass
class ManualTime:
    """A clock that stands until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now
