"""Leases of a demo farm, collected by the app into Azurite, and the commands on them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from local.__main__ import main
from local.azurite import Azurite
from local.demo_leases import qlikview_settings
from local.demo_qms.farm_population import default_farm
from local.demo_qms.records import Lease
from local.demo_qms.world import World
from local.host.app_settings import worker_environment
from shared.bootstrap import Worker
from tests.qms_fixture import StartDemoQms
from tests.unit.commands.command import Done

FARM = ["CTX01", "CTX02", "CTX03", "CTX04"]


@dataclass(frozen=True)
class Site:
    """A site whose leases were collected; calling it runs a command with its settings."""

    settings: Path
    world: World
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Done:
        """Run `python -m local ...`."""
        code = main([*arguments, "--settings", str(self.settings)])
        return Done(code, *self.capture.readouterr())


class CollectedSite(Protocol):
    """What the `collected` fixture gives."""

    def __call__(self, world: World | None, settings: Mapping[str, str] | None = None) -> Site:
        """Collect the leases of this world; of none at all when it is None."""


@pytest.fixture
def collected(
    azurite: Azurite,
    demo_qms: StartDemoQms,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> CollectedSite:
    """Collects leases from a demo QMS over a socket, as the timer function does."""

    def collect(world: World | None, settings: Mapping[str, str] | None = None) -> Site:
        there = world or World()
        qms = demo_qms(there)
        values = {
            "SITE_NAME": f"site {uuid4().hex[:8]}",
            "AzureWebJobsStorage": azurite.connection_string,
            "QLIK_SENSE__HOST": "qlik.example.com",
            "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "not-read.pem",
            "LEASES__FARM": json.dumps(FARM),
            **qlikview_settings(qms, tmp_path / "qlikview.password"),
            **(settings or {}),
        }
        file = tmp_path / "site.settings.json"
        file.write_text(json.dumps({"Values": values}))
        if world:
            asyncio.run(_collect(values))
        return Site(file, there, capsys)

    return collect


def farm_at_work(users: int = 60) -> World:
    """Three weeks of free load balancing on four Citrix servers, as of now."""
    return default_farm(users, len(FARM), now=datetime.now(UTC))


def world_of(*leases: tuple[str, str, float]) -> World:
    """One QlikView Server on which users lease machines: (user, machine, hours since used)."""
    now = datetime.now(UTC).replace(microsecond=0)
    world = World(clock=lambda: now)
    world.new_server("QVS@qvs01")
    for user in {user for user, _, _ in leases}:
        world.assign_cal(user)
    world.put_leases(
        Lease(user, machine, now - timedelta(hours=hours), now - timedelta(hours=hours))
        for user, machine, hours in leases
    )
    return world


async def _collect(values: Mapping[str, str]) -> None:
    worker = Worker(worker_environment(values))
    try:
        async with worker.lease_app() as app:
            assert app is not None
            await app.collect_leases()
    finally:
        await worker.aclose()
