"""Collect usage: read the counts of a site, keep them, and write them as points."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain import events
from shared.domain.model import LicenseType, UsageSnapshot
from shared.domain.points import usage_points
from shared.usecases.ports import Clock, Ledger, PointWriter, Qrs, Telemetry
from shared.usecases.write_points import write_points


@dataclass(frozen=True, slots=True)
class Collection:
    """What a run collected; nothing when collecting is switched off."""

    snapshot: UsageSnapshot | None = None

    def summary(self) -> str:
        """One line for people."""
        if self.snapshot is None:
            return "switched off by LICENSE_MONITOR__ENABLED"
        pools = self.snapshot.overview.pools.items()
        return ", ".join(f"{t}: {p.available} of {p.total} available" for t, p in pools)


@dataclass(frozen=True, slots=True)
class CollectUsage:
    """One collection. `static_tags` go onto every point."""

    site: str
    enabled: bool
    static_tags: Mapping[str, str]
    qrs: Qrs
    ledger: Ledger
    points: PointWriter
    telemetry: Telemetry
    clock: Clock

    async def __call__(self) -> Collection:
        """Collect once, unless LICENSE_MONITOR__ENABLED is false.

        Raises:
            QrsError: the site could not be read; nothing is written.
            PointsError: the snapshot is in the ledger, its points are not in InfluxDB.
        """
        if not self.enabled:
            self.telemetry.emit(events.USAGE_DISABLED, {"site": self.site})
            return Collection()
        snapshot = await self._read()
        await self.ledger.save_usage(snapshot)
        points = usage_points(snapshot, self.static_tags)
        await write_points(self.points, points, site=self.site, telemetry=self.telemetry)
        self._report(snapshot, len(points))
        return Collection(snapshot)

    async def _read(self) -> UsageSnapshot:
        overview, server_license, version = await asyncio.gather(
            self.qrs.overview(), self.qrs.server_license(), self.qrs.site_version()
        )
        return UsageSnapshot(self.site, self.clock(), overview, server_license, version)

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
