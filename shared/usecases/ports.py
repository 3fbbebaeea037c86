"""What the use cases need of the outside world; adapters and the tests' fakes fill these."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.audit import AuditEntry
from shared.domain.events import Event
from shared.domain.leases.history import LeaseChange, LeaseCounts, LeaseLook
from shared.domain.leases.model import CalConfiguration, QlikViewServer
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    LicenseType,
    ServerLicense,
    UsageSnapshot,
    User,
)
from shared.domain.notice import Notice
from shared.domain.plan import Decision, Plan, PlanStatus
from shared.domain.points import Point
from shared.domain.politeness import Pulse
from shared.domain.release import AllocateAnswer, DeleteAnswer, ReleaseRecord
from shared.domain.runs import RefusedMessage, Run
from shared.domain.spans import SpanKind


class Qrs(Protocol):
    """The Qlik Sense Repository Service. Every method raises `QrsError` rather than guess."""

    async def site_version(self) -> str:
        """The build version of the site, from `/qrs/about`."""
        ...

    async def overview(self) -> AccessTypeOverview:
        """The counts of every kind of access license."""
        ...

    async def server_license(self) -> ServerLicense | None:
        """The site license; None on a site that has none."""
        ...

    async def access_licenses(self, license_type: LicenseType) -> list[AccessLicense]:
        """All access licenses of a type, in one request."""
        ...

    async def access_licenses_by_id(
        self, license_type: LicenseType, ids: Collection[str]
    ) -> dict[str, AccessLicense]:
        """Those of the named licenses that exist, by id, in one request per 100 ids or so."""
        ...

    async def users(self, wanted: Collection[str]) -> dict[str, User]:
        """Those of the wanted users (ids) that this account may see, by id, in few requests."""
        ...

    async def license_of_user(
        self, license_type: LicenseType, user_id: str
    ) -> AccessLicense | None:
        """The license of that type that a user (id) holds, quarantined or not."""
        ...

    async def allocate(self, license_type: LicenseType, user_id: str) -> AllocateAnswer:
        """Give a user (id) a license; only reading tells whether the user has it now."""
        ...

    async def reinstate(self, license_: AccessLicense) -> AllocateAnswer:
        """Take a license out of quarantine for its user; only reading tells whether it worked."""
        ...

    async def delete_selected(
        self,
        license_type: LicenseType,
        license_ids: Sequence[str],
        may_send: Callable[[], bool],
    ) -> DeleteAnswer:
        """Delete exactly these licenses by a selection; ACCEPTED and LOST both ask to be read.

        `may_send` is asked when nothing is left to wait for; HeldBackError when it says no.
        """
        ...

    async def owner_ids(self) -> frozenset[str]:
        """The users (ids, lower case) that own an app, of all apps the account may see."""
        ...

    def clock_difference(self) -> timedelta | None:
        """How far the server's clock is ahead of ours; None before the first answer."""
        ...

    async def delete_access_license(
        self, license_type: LicenseType, license_id: str, may_send: Callable[[], bool]
    ) -> DeleteAnswer:
        """Send DELETE for one license; never sends it twice without a clear refusal between.

        `may_send` is asked when nothing is left to wait for; HeldBackError when it says no.
        """
        ...


class RequestGate(Protocol):
    """What all requests of this instance to QRS pass."""

    def watch(self, on_trouble: Callable[[], None]) -> None:
        """Have somebody told at once when QRS has trouble; what it is then told by `look`."""
        ...

    def running(self) -> int:
        """How many requests are under way."""
        ...

    def look(self) -> Pulse:
        """What happened since the last look."""
        ...

    def allow(self, at_most: int, cut: int) -> None:
        """From now on this many at once; `cut` is the last cut that this number knows of."""
        ...


class RequestShare(Protocol):
    """The share of this instance in the requests that QRS gets at once, over all instances."""

    def held(self, wants: int) -> AbstractAsyncContextManager[None]:
        """A share for a block that would send `wants` requests at once.

        Raises `NoSlotError` when other instances use all, at the beginning or later.
        """
        ...


class MessageQueue(Protocol):
    """The queue `release-candidates`, for handing messages back."""

    async def put_back(self, text: str, delay: timedelta) -> None:
        """Put a message into the queue, to appear after `delay`."""
        ...


class Notifier(Protocol):
    """Somebody who wants to be told, by a webhook."""

    async def notify(self, notice: Notice) -> None:
        """Tell; a failure is reported as an event and never stops the work."""
        ...


class PointWriter(Protocol):
    """A time series store."""

    async def write(self, points: Sequence[Point]) -> None:
        """Write all points or raise `PointsError`; writing a point again changes nothing."""
        ...


class Ledger(Protocol):
    """The app's own memory: plans, releases, usage history, runs, refused messages."""

    async def save_plan(self, plan: Plan) -> None:
        """Store a plan with every decision; saving the same plan again changes nothing."""
        ...

    async def plan(self, plan_id: str) -> Plan | None:
        """The plan's header without its decisions; None when there is none."""
        ...

    def decisions(self, plan_id: str) -> AsyncIterator[Decision]:
        """The decisions of a plan, in the order in which they were made."""
        ...

    async def set_plan_status(self, plan_id: str, status: PlanStatus) -> None:
        """Change the status of a stored plan."""
        ...

    async def releases(self, plan_id: str, license_ids: Iterable[str]) -> dict[str, ReleaseRecord]:
        """What is recorded of these licenses under this plan, by license id."""
        ...

    async def recent_releases(self, since: datetime) -> list[ReleaseRecord]:
        """Every record begun at or after `since`, the earliest begun first."""
        ...

    async def save_releases(self, records: Sequence[ReleaseRecord]) -> None:
        """Insert or replace the records, all of one plan."""
        ...

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Add a snapshot; within 90 s of the first one of a tick it takes that one's place."""
        ...

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots taken at or after `since`, oldest first."""
        ...

    async def thin_usage(self, now: datetime) -> int:
        """Of each whole UTC day that is over a year old leave the last snapshot only.

        Returns how many were deleted; a call does a bounded part of the work.
        """
        ...

    async def save_refused_message(self, message: RefusedMessage) -> None:
        """Keep a queue message that was not acted upon, whole, with the reason."""
        ...

    async def refused_messages(self) -> list[RefusedMessage]:
        """The kept messages, newest first."""
        ...

    async def refused_message(self, message_id: str) -> RefusedMessage | None:
        """The kept message of that id; None when there is none."""
        ...

    async def settle_message(self, message_id: str, how: str) -> None:
        """Write down that somebody replayed or discarded a kept message, and when."""
        ...

    async def state[S](self, kind: type[S], name: str) -> S | None:
        """A small named state of the site (a frozen dataclass); None when it was never set."""
        ...

    async def change_state[S](self, kind: type[S], name: str, change: Callable[[S | None], S]) -> S:
        """Change a state whoever else changes it at once; returns what is stored in the end.

        `change` is pure: it may be called again with a newer state when somebody was faster.
        """
        ...

    async def append_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries; the same entry twice is one, and none is ever changed or removed."""
        ...

    async def audit_of(self, plan_id: str, license_id: str) -> list[AuditEntry]:
        """Everything that happened to a license under a plan, oldest first."""
        ...

    async def save_run(self, run: Run) -> None:
        """Remember how the last run of a function went (one per function)."""
        ...

    async def runs(self) -> list[Run]:
        """The last run of each function."""
        ...


class Qms(Protocol):
    """The QlikView Management Service. Every method raises `QmsError` rather than guess."""

    async def servers(self) -> list[QlikViewServer]:
        """The QlikView Servers of the service."""
        ...

    async def forget_cached_cals(self) -> str:
        """Have the service read CALs anew; returns why it would not, or an empty text."""
        ...

    async def cal_configuration(self, server: QlikViewServer) -> CalConfiguration:
        """The named CALs and the leases of a server."""
        ...


class LeaseLedger(Protocol):
    """What the app remembers of leases."""

    async def save_lease_look(self, look: LeaseLook) -> None:
        """Keep the look in place of the one before."""
        ...

    async def lease_look(self) -> LeaseLook | None:
        """The last look; None before the first one."""
        ...

    async def save_lease_counts(self, counts: LeaseCounts) -> None:
        """Add counts; within 90 s of the first ones of a tick they take their place."""
        ...

    async def lease_counts_since(self, since: datetime) -> list[LeaseCounts]:
        """The counts taken at or after `since`, oldest first."""
        ...

    async def thin_lease_counts(self, now: datetime) -> int:
        """Of each whole UTC day that is over 90 days old leave the last counts only.

        Changes that are over 400 days old go as well. Returns how many were deleted; a call does
        a bounded part of the work.
        """
        ...

    async def append_lease_changes(self, changes: Sequence[LeaseChange]) -> None:
        """Add changes; the same change twice is one."""
        ...

    async def lease_changes(self, since: datetime, *, user: str | None = None) -> list[LeaseChange]:
        """The changes seen at or after `since`, oldest first; of one user (in any case) or all."""
        ...


class Span(Protocol):
    """A stretch of work that a trace shows."""

    @property
    def trace_parent(self) -> str:
        """Its place in the trace, as a W3C traceparent; empty when no trace is kept."""
        ...

    def note(self, name: str, value: str | float) -> None:
        """Set an attribute that the catalogue names."""
        ...

    def link(self, trace_parent: str) -> None:
        """Point to the work that led to this one."""
        ...

    def end(self) -> None:
        """End it."""
        ...


class Telemetry(Protocol):
    """Where events go: structured log lines, and Application Insights from there."""

    def emit(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Send one event; its dimensions are those that the catalogue names."""
        ...

    def span(
        self,
        kind: SpanKind,
        attributes: Mapping[str, str | float],
        *,
        people: Iterable[str] = (),
    ) -> AbstractContextManager[Span]:
        r"""A span for a block; an exception in it is told.

        What is told inside, exceptions too, names the plan of the attributes, and none of `people`
        (accounts, `DIR\id`) unless the settings allow it.
        """
        ...

    def start_span(self, kind: SpanKind, attributes: Mapping[str, str | float]) -> Span:
        """A span inside the current one, ended by hand: for work that overlaps with other work."""
        ...


class Clock(Protocol):
    """The time now, timezone-aware, in UTC."""

    def __call__(self) -> datetime:
        """Now."""
        ...
