"""Collect leases: read every QlikView Server, keep what was seen, say what changed and comes."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched, chain

from shared.domain import events, spans
from shared.domain.early_warnings import EarlyWarning, Thresholds
from shared.domain.errors import QmsAnswerError, QmsError
from shared.domain.leases.changes import changes_between
from shared.domain.leases.history import LeaseChange, LeaseCounts, LeaseLook
from shared.domain.leases.lease_points import cal_points, lease_points, machine_points
from shared.domain.leases.lease_warnings import GROWTH_PERIOD, lease_findings
from shared.domain.leases.machines import machine_names
from shared.domain.leases.model import CalConfiguration, LeaseRules, QlikViewServer
from shared.domain.leases.survey import LeaseSurvey, lease_counts, survey
from shared.domain.points import Point
from shared.usecases.ports import Clock, LeaseLedger, PointWriter, Qms, Telemetry
from shared.usecases.tell_machines import tell_machines
from shared.usecases.write_points import write_points

_HISTORY = 2 * GROWTH_PERIOD + timedelta(days=1)
_POINTS_AT_ONCE = 5_000  # a hundred thousand leases are not held as points all at once
_SUMMED = (
    "assigned",
    "leased",
    "leases",
    "users_at_limit",
    "users_blocked",
    "users_next_refused",
)


@dataclass(frozen=True, slots=True)
class LeaseCollection:
    """What a run collected, and how many servers could not be read."""

    counts: LeaseCounts
    changes: int
    unread: int

    def summary(self) -> str:
        """One line for people."""
        sums = sums_of(self.counts)
        unread = f"; {self.unread} could not be read" if self.unread else ""
        return (
            f"{sums['leases']} leases of {sums['leased']} users on {len(self.counts.servers)}"
            f" QlikView Servers{unread}, {sums['users_at_limit']} users at the limit,"
            f" {sums['users_blocked']} of them blocked, {self.changes} changes"
        )


def sums_of(counts: LeaseCounts) -> dict[str, int | None]:
    """The counts over all servers; None where no server told it."""
    told = {
        name: [n for one in counts.servers.values() if (n := getattr(one, name)) is not None]
        for name in _SUMMED
    }
    return {name: sum(numbers) if numbers else None for name, numbers in told.items()}


@dataclass(frozen=True, slots=True)
class CollectLeases:
    """One collection; `static_tags` go onto every point."""

    site: str
    rules: LeaseRules
    thresholds: Thresholds
    personal_names: bool
    static_tags: Mapping[str, str]
    qms: Qms
    ledger: LeaseLedger
    points: PointWriter
    telemetry: Telemetry
    clock: Clock

    async def __call__(self) -> LeaseCollection:
        """Collect once.

        Raises:
            QmsError: no server at all could be read; nothing is kept.
            LedgerError: what was read could not be kept.
            PointsError: what was read is in the ledger, its points are not in InfluxDB.
        """
        with self.telemetry.span(spans.COLLECT_LEASES, {"site": self.site}) as span:
            collected = await self._collect()
            span.note("servers", len(collected.counts.servers))
            span.note("leases", sums_of(collected.counts)["leases"] or 0)
            return collected

    async def _collect(self) -> LeaseCollection:
        before = await self.ledger.lease_look()
        look, unread = await self._look(before)
        changes = changes_between(before, look) if before else []
        # Changes first: if the rest fails, the next run finds the same ones and adds none twice.
        await self.ledger.append_lease_changes(changes)
        await self.ledger.save_lease_look(look)
        surveys = self._surveys(look)
        counts = lease_counts(self.site, look.taken_at, surveys)
        await self.ledger.save_lease_counts(counts)
        await self._warn(surveys, counts)
        tell_machines(surveys, site=self.site, at=look.taken_at, telemetry=self.telemetry)
        await self.ledger.thin_lease_counts(look.taken_at)
        written = await self._write_points(surveys, look.taken_at)
        self._report(counts, changes, written)
        return LeaseCollection(counts, len(changes), unread)

    async def _look(self, before: LeaseLook | None) -> tuple[LeaseLook, int]:
        """What all servers tell; one that can't be read keeps what it told last."""
        servers = await self.qms.servers()
        if not servers:
            raise QmsAnswerError(
                "The QlikView Management Service names no QlikView Server. See in the QMC under"
                " System > Setup whether one is set up there, or whether QLIKVIEW__URL is of"
                " another service."
            )
        if why := await self.qms.forget_cached_cals():
            self.telemetry.emit(events.LEASES_CACHED, {"site": self.site, "detail": why})
        earlier = {config.server.id: config for config in before.servers} if before else {}
        read_at = dict(before.read_at) if before else {}
        configs: dict[str, CalConfiguration] = {}
        failures: list[QmsError] = []
        for server in servers:
            try:
                configs[server.id] = await self._read(server)
            except QmsError as error:
                failures.append(error)
                self._incomplete(server, str(error))
                if server.id in earlier:
                    configs[server.id] = earlier[server.id]
            else:
                read_at[server.id] = self.clock()
        if failures and len(failures) == len(servers):
            raise failures[0]
        kept = {each: at for each, at in read_at.items() if each in configs}
        look = LeaseLook(self.site, self.clock(), tuple(configs.values()), kept)
        return look, len(failures)

    async def _read(self, server: QlikViewServer) -> CalConfiguration:
        config = await self.qms.cal_configuration(server)
        untold = [
            name
            for name, rows in (("named CALs", config.assigned_cals), ("leases", config.leases))
            if rows is None
        ]
        if untold:
            self._incomplete(server, f"It did not tell its {' and '.join(untold)}.")
        return config

    def _surveys(self, look: LeaseLook) -> list[LeaseSurvey]:
        names = machine_names(self.rules, look.servers)
        return [survey(config, self.rules, look.taken_at, names) for config in look.servers]

    async def _warn(self, surveys: Sequence[LeaseSurvey], counts: LeaseCounts) -> None:
        history = await self.ledger.lease_counts_since(counts.taken_at - _HISTORY)
        earlier = [one for one in history if one.taken_at < counts.taken_at]
        for found in lease_findings(surveys, counts, earlier, self.thresholds):
            if isinstance(found, EarlyWarning):
                self._emit(found)

    async def _write_points(self, surveys: Sequence[LeaseSurvey], at: datetime) -> int:
        written = 0
        for batch in batched(self._points(surveys, at), _POINTS_AT_ONCE, strict=False):
            await write_points(self.points, batch, site=self.site, telemetry=self.telemetry)
            written += len(batch)
        return written

    def _points(self, surveys: Sequence[LeaseSurvey], at: datetime) -> Iterator[Point]:
        tags = {**self.static_tags, "site": self.site}
        named = self.personal_names
        return chain(
            cal_points(surveys, tags, at),
            machine_points(surveys, tags, at, personal_names=named),
            lease_points(surveys, tags, at, personal_names=named),
        )

    def _emit(self, warning: EarlyWarning) -> None:
        self.telemetry.emit(
            events.EARLY_WARNINGS[warning.kind],
            {
                "site": self.site,
                "subject": warning.subject,
                "detail": warning.sentence,
                "figures": json.dumps(dict(warning.figures)),
            },
        )

    def _incomplete(self, server: QlikViewServer, why: str) -> None:
        detail = {"site": self.site, "server": server.name or server.id, "detail": why}
        self.telemetry.emit(events.LEASES_INCOMPLETE, detail)

    def _report(self, counts: LeaseCounts, changes: Sequence[LeaseChange], points: int) -> None:
        kinds = Counter(change.kind.value for change in changes)
        self.telemetry.emit(
            events.LEASES_COLLECTED,
            {
                "site": self.site,
                "servers": len(counts.servers),
                **sums_of(counts),
                "appeared": kinds["appeared"],
                "moved": kinds["moved"],
                "vanished": kinds["vanished"],
                "points": points,
            },
        )
