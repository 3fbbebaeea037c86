"""Qlik Sense is away for a while: messages wait, none is lost or poisoned, and then all is done."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from local.azurite import Azurite
from local.demo_site import faults
from local.demo_site.site import DemoSite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.adapters.qrs import ClientCertificate, QrsClient
from shared.adapters.telemetry import LogTelemetry
from shared.adapters.webhook import NoWebhook
from shared.domain.breaker import Breaker
from shared.domain.errors import QrsUnavailableError
from shared.domain.limits import Limits
from shared.domain.messages import split, to_json
from shared.domain.model import LicenseType
from shared.domain.never_release import NeverRelease
from shared.domain.policy import ReleasePolicy, days_unused
from shared.domain.release import Outcome
from shared.domain.switches import Switches
from shared.open_connections import NoPoints
from shared.usecases.delete_strategies import OneByOne
from shared.usecases.message_refusals import QueuedText
from shared.usecases.release_licenses import ReleaseLicenses
from shared.usecases.release_report import ReleaseReport
from tests.demo_site_fixture import StartDemoSite
from tests.e2e.conftest import StartSteward, fresh_world
from tests.e2e.expectations import (
    assert_released_once,
    drain_until,
    named_by_the_policy,
    planned,
)
from tests.integration.qrs.site import QUICK, qrs_client
from tests.unit.fakes import ManualTime, RecordingQueue, ScriptedShare

SITE = "a site with an outage"
ATTEMPTS = QUICK.attempts


async def test_a_short_outage_costs_a_try_and_nothing_else(steward: StartSteward) -> None:
    """Both messages fail once, come again when Qlik Sense is back, and are done."""
    app = await steward()
    expected = named_by_the_policy(app)
    assert len(await planned(app)) == 2
    # Every request of the first deliveries, with all its retries, and then it is over.
    app.site.faults.inject(faults.Drop(), times=8)
    drained = await app.drain()
    assert (drained.failed, drained.poisoned, drained.ok) == (2, 0, 2)
    await assert_released_once(app, expected)
    assert await app.ledger.state(Breaker, "qrs") == Breaker()


async def test_a_long_outage_opens_the_breaker_and_poisons_no_message(
    steward: StartSteward, demo_site: StartDemoSite
) -> None:
    """Messages are put back, Qlik Sense is left alone, and the next plan finds all of it to do."""
    app = await steward(site=demo_site(fresh_world(1000)))
    expected = named_by_the_policy(app)
    waiting = len(await planned(app))
    assert waiting == 3
    outage = app.site.faults.inject(faults.Drop())
    await drain_until(app, lambda: app.events().count("breaker.open") == waiting)
    assert app.deleted() == set()
    assert await app.ledger.refused_messages() == []
    assert app.queued("release-candidates-poison") == []

    # Another message finds the breaker open: nobody asks the site that needs its rest.
    app.site.faults.remove(outage)
    await planned(app)
    app.site.log.clear()
    await drain_until(app, lambda: app.events().count("breaker.open") == 2 * waiting)
    assert app.site.log.entries() == []

    # The operator knows that Qlik Sense is back, and does not want to wait for ten minutes.
    await app.ledger.change_state(Breaker, "qrs", lambda _: Breaker())
    await planned(app)
    await drain_until(app, lambda: app.deleted() == expected)
    await drain_until(app, lambda: app.events().count("release.finished") == waiting)
    await assert_released_once(app, expected)
    # What was put back still waits for its time, and will find every license gone.
    assert (await app.host.drain_queues(timedelta(seconds=1))).left == 2 * waiting


@dataclass
class Releaser:
    """The use case with a real site and ledger; clock and queue are the test's own."""

    site: DemoSite
    qrs: QrsClient
    ledger: TablesLedger
    clock: ManualTime
    queue: RecordingQueue = field(default_factory=RecordingQueue)
    policy: ReleasePolicy = field(
        default_factory=lambda: ReleasePolicy(dict.fromkeys(LicenseType, 30), NeverRelease())
    )

    async def messages(self) -> list[str]:
        """Every unused analyzer license of the site, as a plan would queue them."""
        unused = [
            row
            for row in await self.qrs.access_licenses(LicenseType.ANALYZER)
            if row.user and not row.quarantined and days_unused(row, self.clock()) >= 30
        ]
        later = self.clock() + timedelta(hours=24)
        groups = split(site=SITE, plan_id="p1", expires_at=later, licenses=unused)
        return [to_json(group) for group in groups]

    async def release(self, text: str) -> str:
        """Work a message; what became of it, in a line, or the error."""
        telemetry = LogTelemetry()
        work = ReleaseLicenses(
            site=SITE,
            policy=self.policy,
            limits=Limits(max_per_run=10_000, max_percent_per_run=100),
            switches=lambda: Switches(enabled=True, dry_run=False, confirmed=True, stop=False),
            qrs=self.qrs,
            share=ScriptedShare(),
            deletes=OneByOne(self.qrs),
            ledger=self.ledger,
            queue=self.queue,
            report=ReleaseReport({}, NoPoints(), NoWebhook(), telemetry, self.clock),
            telemetry=telemetry,
            clock=self.clock,
        )
        try:
            return (await work(QueuedText("m", text, 1))).summary()
        except QrsUnavailableError as error:
            return f"failed: {error}"

    def due(self) -> list[str]:
        """The messages that were put back, when the clock has come to their time."""
        put, self.queue.put = self.queue.put, []
        self.clock.now += max(delay for _, delay in put)
        return [text for text, _ in put]


@pytest.fixture
async def releaser(demo_site: StartDemoSite, azurite: Azurite) -> AsyncIterator[Releaser]:
    """A releaser at a site of 1,000 users."""
    site, now = demo_site(fresh_world(1000)), datetime.now(UTC)
    ledger = TablesLedger(SITE, TableAccess.from_connection_string(azurite.connection_string))
    material = ClientCertificate(site.pki.client.pfx)
    async with qrs_client(site.port, root=site.pki.root_pem, material=material, now=now) as qrs:
        yield Releaser(site, qrs, ledger, ManualTime(now))
    ledger.close()


async def test_messages_that_were_put_back_are_worked_when_their_time_has_come(
    releaser: Releaser,
) -> None:
    """One tries when the pause is over, its success lets all others in, and all licenses go."""
    texts = await releaser.messages()
    assert len(texts) == 3
    outage = releaser.site.faults.inject(faults.Drop())
    told = [await releaser.release(text) for text in [*texts, *texts[:2]]]
    assert [line.split()[0] for line in told] == ["failed:", "failed:", "put", "put", "put"]

    asked = releaser.site.log.count()
    due = releaser.due()
    # All at once: one alone finds out that the outage lasts, and the others do not even ask.
    told = await asyncio.gather(*map(releaser.release, due))
    assert [line.split()[0] for line in told] == ["put"] * 3
    assert releaser.site.log.count() - asked == ATTEMPTS

    releaser.site.faults.remove(outage)
    due = releaser.due()
    assert sorted(due) == sorted(texts)
    for text in due:
        assert "released" in await releaser.release(text)
    ids = {item["license_id"] for text in texts for item in json.loads(text)["licenses"]}
    taken = [deletion.license_id for deletion in releaser.site.world.deleted]
    assert len(taken) == len(ids)
    assert set(taken) == ids
    assert {r.outcome for r in await releaser.ledger.releases_of_plan("p1")} == {Outcome.RELEASED}
