"""Watch usage: after a collection, say what comes: forecast, early warnings, who uses what."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain import events
from shared.domain.collection_warnings import collection_missing
from shared.domain.early_warnings import EarlyWarning, Finding, Thresholds
from shared.domain.expiry_warnings import (
    certificate_finding,
    secret_findings,
    server_license_finding,
)
from shared.domain.forecast import Forecast, forecast_run_out
from shared.domain.model import UsageSnapshot
from shared.domain.outlook import OUTLOOK, Outlook, collection_period, observations, outlook_of
from shared.domain.own_points import expiry_points, forecast_points, holder_points, pool_points
from shared.domain.points import Point
from shared.domain.pool_warnings import pool_findings, running_out
from shared.domain.pools import Pool, PoolName, pools_of
from shared.domain.release import ReleaseRecord
from shared.domain.returned_users import came_back, returned_users
from shared.usecases.ports import Clock, Ledger, PointWriter, Telemetry
from shared.usecases.survey_holders import Survey, SurveyHolders
from shared.usecases.tell_pools import tell_pools
from shared.usecases.write_points import write_points

HISTORY = timedelta(days=400)  # a year, and its beginning once more


@dataclass(frozen=True, slots=True)
class Expiries:
    """When what the app itself needs stops being valid; a secret without a date has None."""

    client_certificate: datetime | None = None
    secrets: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything that the findings are told from."""

    snapshot: UsageSnapshot
    pools: tuple[Pool, ...]
    history: list[UsageSnapshot]
    releases: list[ReleaseRecord]
    forecasts: dict[PoolName, Forecast]
    survey: Survey | None
    now: datetime


@dataclass(frozen=True, slots=True)
class WatchUsage:
    """One look at what comes; `survey` is None when nobody asks who uses what."""

    static_tags: Mapping[str, str]
    thresholds: Thresholds
    expiries: Expiries
    survey: SurveyHolders | None
    ledger: Ledger
    points: PointWriter
    telemetry: Telemetry
    clock: Clock

    async def __call__(self, snapshot: UsageSnapshot) -> Outlook:
        """Look at the snapshot, which is in the ledger already, and at what came before it."""
        seen = await self._see(snapshot)
        warnings = [found for found in self._findings(seen) if isinstance(found, EarlyWarning)]
        for warning in warnings:
            self._emit(snapshot.site, warning)
        holders = seen.survey.holders if seen.survey else ()
        outlook = outlook_of(snapshot.taken_at, seen.pools, seen.forecasts, warnings, holders)
        await self.ledger.change_state(Outlook, OUTLOOK, lambda _: outlook)
        await self.ledger.thin_usage(seen.now)
        tell_pools(
            seen.pools,
            seen.forecasts,
            site=snapshot.site,
            now=seen.now,
            telemetry=self.telemetry,
        )
        await write_points(
            self.points, self._points(seen), site=snapshot.site, telemetry=self.telemetry
        )
        return outlook

    async def _see(self, snapshot: UsageSnapshot) -> _Seen:
        now = self.clock()
        history = await self.ledger.usage_since(now - HISTORY)
        releases = await self.ledger.recent_releases(now - HISTORY)
        forecasts = {
            pool: forecast_run_out(readings, now, renews_monthly=pool is PoolName.ANALYZER_CAPACITY)
            for pool, readings in observations(history, releases).items()
        }
        survey = await self.survey(snapshot.overview) if self.survey else None
        pools = pools_of(snapshot.overview)
        return _Seen(snapshot, pools, history, releases, forecasts, survey, now)

    def _findings(self, seen: _Seen) -> Iterator[Finding]:
        yield from pool_findings(seen.pools, self.thresholds)
        for pool, forecast in seen.forecasts.items():
            if found := running_out(pool, forecast, self.thresholds, seen.now):
                yield found
        yield from self._expiring(seen)
        if found := self._late(seen):
            yield found
        yield from self._returned(seen)

    def _expiring(self, seen: _Seen) -> Iterator[Finding]:
        server_license = seen.snapshot.server_license
        certificate = self.expiries.client_certificate
        if found := server_license_finding(server_license, self.thresholds, seen.now):
            yield found
        if certificate and (found := certificate_finding(certificate, self.thresholds, seen.now)):
            yield found
        yield from secret_findings(self.expiries.secrets, self.thresholds, seen.now)

    def _late(self, seen: _Seen) -> Finding | None:
        """That collections were missing before this one, measured by their usual rhythm."""
        earlier = [x for x in seen.history if x.taken_at < seen.snapshot.taken_at]
        period = collection_period(earlier)
        if period is None:
            return None
        return collection_missing(earlier[-1].taken_at, period, self.thresholds, seen.now)

    def _returned(self, seen: _Seen) -> Iterator[Finding]:
        days = self.thresholds.returned_days
        if seen.survey is None or days is None:
            return
        # A month of releases tells of a habit; older ones would hide that it has changed.
        since = seen.now - timedelta(days=30 + days)
        recent = [record for record in seen.releases if record.started_at >= since]
        for found in returned_users(recent, seen.survey.licenses, days):
            if warning := came_back(found, self.thresholds):
                yield warning

    def _points(self, seen: _Seen) -> list[Point]:
        tags = {**self.static_tags, "site": seen.snapshot.site}
        at = seen.snapshot.taken_at
        holders = holder_points(seen.survey.holders, tags, at) if seen.survey else []
        return [
            *pool_points(seen.pools, tags, at),
            *forecast_points(seen.forecasts, tags, at),
            *expiry_points(
                seen.snapshot.server_license,
                self.expiries.client_certificate,
                self.expiries.secrets,
                tags,
                at,
            ),
            *holders,
        ]

    def _emit(self, site: str, warning: EarlyWarning) -> None:
        self.telemetry.emit(
            events.EARLY_WARNINGS[warning.kind],
            {
                "site": site,
                "subject": warning.subject,
                "detail": warning.sentence,
                "figures": json.dumps(dict(warning.figures)),
            },
        )
