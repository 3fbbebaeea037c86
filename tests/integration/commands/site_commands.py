"""A demo site and a storage account, with the settings file that an operator would write."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from local.azurite import Azurite
from local.demo_settings import SEED_POLICY, site_settings
from local.demo_site.population import make_population
from local.demo_site.site import DemoSite
from local.demo_site.world import World
from shared.adapters.ledger import TableAccess, TablesLedger
from tests.unit.commands.command import Done, Run, runner


@dataclass
class SiteCommands:
    """Calling it runs a command with the settings of the site."""

    site: DemoSite
    file: Path
    values: dict[str, str]
    storage: str
    run: Run
    opened: list[TablesLedger] = field(default_factory=list)

    def __call__(self, *arguments: str) -> Done:
        """Run `steward ... --settings FILE`."""
        return self.run(*arguments, "--settings", str(self.file))

    def set(self, values: Mapping[str, str | None]) -> None:
        """Change the settings; None removes one."""
        merged = {**self.values, **values}
        self.values = {name: value for name, value in merged.items() if value is not None}
        self.file.write_text(json.dumps({"Values": self.values}))

    def open_switches(self) -> None:
        """Let releases happen."""
        self.set(
            {
                "LICENSE_RELEASE__ENABLED": "true",
                "LICENSE_RELEASE__DRY_RUN": "false",
                "LICENSE_RELEASE__CONFIRM_SITE": self.values["SITE_NAME"],
            }
        )

    def ledger(self) -> TablesLedger:
        """The records, for the length of the test."""
        access = TableAccess.from_connection_string(self.storage)
        self.opened.append(TablesLedger(self.values["SITE_NAME"], access))
        return self.opened[-1]


def fresh_world(users: int = 60) -> World:
    """A site of that many users as of now."""
    return World(make_population(users, seed=1, now=datetime.now(UTC)))


def commands_of(
    site: DemoSite, azurite: Azurite, folder: Path, capture: pytest.CaptureFixture[str]
) -> SiteCommands:
    """With a site name of its own."""
    values = {
        "SITE_NAME": f"site {uuid4().hex[:8]}",
        "AzureWebJobsStorage": azurite.connection_string,
        **SEED_POLICY,
        **site_settings(site),
    }
    made = SiteCommands(
        site, folder / "a.settings.json", values, azurite.connection_string, runner(capture)
    )
    made.set({})
    return made
