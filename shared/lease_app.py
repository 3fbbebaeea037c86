"""The use case of QlikView leases, joined to settings, ledger and open connections."""

from dataclasses import dataclass
from typing import Protocol

from shared.adapters.telemetry import LogTelemetry
from shared.app import utc_now
from shared.open_qlikview import QlikViewConnections
from shared.settings import Settings, rules
from shared.usecases.collect_leases import CollectLeases, LeaseCollection
from shared.usecases.ports import LeaseLedger, Ledger
from shared.usecases.recorded_run import recorded


class BothLedgers(Ledger, LeaseLedger, Protocol):
    """A ledger that remembers leases as well as runs."""


@dataclass(frozen=True, slots=True)
class LeaseApp:
    """What the timer of leases can ask for."""

    settings: Settings
    ledger: BothLedgers
    connections: QlikViewConnections
    telemetry: LogTelemetry

    async def collect_leases(self) -> LeaseCollection:
        """Collect leases once."""
        collect = CollectLeases(
            site=self.settings.site_name,
            rules=rules.lease_rules(self.settings),
            thresholds=rules.thresholds(self.settings),
            personal_names=self.settings.leases.personal_names,
            static_tags=self.settings.lease_tags(),
            qms=self.connections.qms,
            ledger=self.ledger,
            points=self.connections.points.writer,
            telemetry=self.telemetry,
            clock=utc_now,
        )
        return await recorded("collect_leases", collect(), ledger=self.ledger, clock=utc_now)
