"""Collect usage: read the counts of a site, keep them, and write them as points."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from shared.domain import events, spans
from shared.domain.errors import QrsError
from shared.domain.model import LicenseType, ServerLicense, UsageSnapshot
from shared.domain.outlook import Outlook
from shared.domain.points import usage_points
from shared.usecases.ports import Clock, Ledger, PointWriter, Qrs, Telemetry
from shared.usecases.write_points import write_points

_UNKNOWN_LICENSE = ServerLicense(expiry=None, expired=None)


@dataclass(frozen=True, slots=True)
class Collection:
    """What a run collected; nothing when collecting is switched off."""

    snapshot: UsageSnapshot | None = None
    outlook: Outlook | None = None

    def summary(self) -> str:
        """One line for people."""
        if self.snapshot is None:
            return "switched off by LICENSE_MONITOR__ENABLED"
        pools = self.snapshot.overview.pools.items()
        return ", ".join(f"{t}: {p.available} of {p.total} available" for t, p in pools)


@dataclass(frozen=True, slots=True)
class CollectUsage:
    """One collection; `watch` then says what comes. `static_tags` go onto every point."""

    site: str
    enabled: bool
    static_tags: Mapping[str, str]
    qrs: Qrs
    ledger: Ledger
    points: PointWriter
    watch: Callable[[UsageSnapshot], Awaitable[Outlook]]
    telemetry: Telemetry
    clock: Clock

    async def __call__(self) -> Collection:
        """Collect once, unless LICENSE_MONITOR__ENABLED is false.

        Raises:
            QrsError: the overview could not be read; nothing is written.
            PointsError: the snapshot is in the ledger, its points are not in InfluxDB.
        """
        if not self.enabled:
            self.telemetry.emit(events.USAGE_DISABLED, {"site": self.site})
            return Collection()
        with self.telemetry.span(spans.COLLECT_USAGE, {"site": self.site}):
            return await self._collect()

    async def _collect(self) -> Collection:
        snapshot = await self._read()
        await self.ledger.save_usage(snapshot)
        points = usage_points(snapshot, self.static_tags)
        try:
            await write_points(self.points, points, site=self.site, telemetry=self.telemetry)
        finally:
            # Warnings matter more than dashboards: an InfluxDB that is down must not silence them.
            outlook = await self.watch(snapshot)
        self._report(snapshot, len(points))
        return Collection(snapshot, outlook)

    async def _read(self) -> UsageSnapshot:
        overview, server_license, version = await asyncio.gather(
            self.qrs.overview(),
            self._or_unknown("server license", self.qrs.server_license(), _UNKNOWN_LICENSE),
            self._or_unknown("site version", self.qrs.site_version(), ""),
        )
        for remark in overview.remarks:
            self._incomplete("overview", remark)
        return UsageSnapshot(self.site, self.clock(), overview, server_license, version)

    async def _or_unknown[T](self, what: str, reading: Awaitable[T], unknown: T) -> T:
        """What was read; `unknown` when it can't be, for that must not cost the counts."""
        try:
            return await reading
        except QrsError as error:
            self._incomplete(what, str(error))
            return unknown

    def _incomplete(self, part: str, why: str) -> None:
        detail = {"site": self.site, "part": part, "error": why}
        self.telemetry.emit(events.USAGE_INCOMPLETE, detail)

    def _report(self, snapshot: UsageSnapshot, points: int) -> None:
        pools = snapshot.overview.pools
        available = {t: pools[t].available if t in pools else None for t in LicenseType}
        self.telemetry.emit(
            events.USAGE_COLLECTED,
            {
                "site": self.site,
                "professional_available": available[LicenseType.PROFESSIONAL],
                "analyzer_available": available[LicenseType.ANALYZER],
                "points": points,
                "site_version": snapshot.site_version,
            },
        )
