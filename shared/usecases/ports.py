"""What the use cases need of the outside world; adapters and the tests' fakes fill these."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

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

    async def delete_access_license(
        self, license_type: LicenseType, license_id: str
    ) -> DeleteAnswer:
        """Send DELETE for one license; never sends it twice without a clear refusal between."""
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

    async def save_releases(self, records: Sequence[ReleaseRecord]) -> None:
        """Insert or replace the records, all of one plan."""
        ...

    async def save_usage(self, snapshot: UsageSnapshot) -> None:
        """Add a snapshot to the history; one of the same minute replaces it."""
        ...

    async def usage_since(self, since: datetime) -> list[UsageSnapshot]:
        """The snapshots taken at or after `since`, oldest first."""
        ...

    async def save_refused_message(self, message: RefusedMessage) -> None:
        """Keep a queue message that was not acted upon, whole, with the reason."""
        ...

    async def refused_messages(self) -> list[RefusedMessage]:
        """The kept messages, newest first."""
        ...

    async def save_run(self, run: Run) -> None:
        """Remember how the last run of a function went (one per function)."""
        ...

    async def runs(self) -> list[Run]:
        """The last run of each function."""
        ...


class Telemetry(Protocol):
    """Where events go: structured log lines, and Application Insights from there."""

    def emit(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Send one event; its dimensions are those that the catalogue names."""
        ...


class Clock(Protocol):
    """The time now, timezone-aware, in UTC."""

    def __call__(self) -> datetime:
        """Now."""
        ...
