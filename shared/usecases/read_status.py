"""The state of the app for probes and scripts: last runs, switches, messages that were refused."""

from dataclasses import dataclass

from shared.domain.outlook import OUTLOOK, Outlook
from shared.domain.runs import RefusedMessage, Run
from shared.domain.switches import Switches
from shared.usecases.ports import Ledger


@dataclass(frozen=True, slots=True)
class Status:
    """What `GET status` tells."""

    site: str
    switches: Switches
    runs: list[Run]
    refused_messages: list[RefusedMessage]
    outlook: Outlook | None


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """Reads the ledger only; QRS is not asked."""

    site: str
    switches: Switches
    ledger: Ledger

    async def __call__(self) -> Status:
        """Read the state as it is recorded now."""
        runs = await self.ledger.runs()
        messages = await self.ledger.refused_messages()
        outlook = await self.ledger.state(Outlook, OUTLOOK)
        return Status(self.site, self.switches, runs, messages, outlook)
