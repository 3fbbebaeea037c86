"""`make run`: the main job once, from collecting to releasing, by the code that Azure runs."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from local.azurite import run_azurite
from local.demo_history import DAYS, write_history
from local.demo_leases import qlikview_settings, work_a_morning, write_lease_history
from local.demo_qms import DemoQms
from local.demo_settings import demo_settings
from local.demo_site.site import DemoSite, default_world
from local.host.app_settings import read_settings_file
from local.host.events import HostConfig
from local.host.host import Host
from local.report_file import write_report
from local.run_summary import Summary, print_summary
from local.worker.invocation import LogLine
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.leases.model import LeaseRules
from shared.domain.model import UsageSnapshot
from shared.domain.outlook import OUTLOOK, Outlook
from shared.settings import load_settings
from shared.settings.rules import lease_rules
from shared.usecases.read_leases import LeasePicture, ReadLeases

APP = Path(__file__).parents[1]
RUN_FOLDER = APP / ".run"
SITE_RECORDS = RUN_FOLDER / "site" / "azurite"  # of runs on a site without a storage account
_PATIENCE = timedelta(minutes=10)
# Failed messages come again soon here; in Azure host.json lets five minutes pass.
_FAST_RETRY = {"AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:02"}


class RunFailedError(Exception):
    """A step of the run failed; the message is the app's own."""


@dataclass(slots=True)
class _Watcher:
    """Shows what the app says, and remembers the events."""

    console: Console
    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def on_log(self, line: LogLine) -> None:
        """Take one line of the worker's log."""
        event = line.extra.get("microsoft.custom_event.name")
        if event:
            self.events.append((str(event), line.extra))
        if line.level in {"WARNING", "ERROR", "CRITICAL"} and not line.is_system:
            said = f"{event}: {line.extra['detail']}" if "detail" in line.extra else line.message
            self.console.print(
                f"    {line.level.lower()}: {escape(said)}", style="yellow", soft_wrap=True
            )

    def plan_id(self) -> str | None:
        """The plan that this run made."""
        plans = [extra["plan_id"] for name, extra in self.events if name == "plan.created"]
        return str(plans[-1]) if plans else None


@dataclass(frozen=True, slots=True)
class _Demo:
    """What a run on the demo has besides the settings: it may let users work."""

    qms: DemoQms


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run saw and did, and where its records are, by what they are."""

    summary: Summary
    places: Mapping[str, str]


@dataclass(slots=True)
class Run:
    """One run of collect -> plan -> release -> collect against one site."""

    console: Console
    settings: Mapping[str, str]
    storage: str
    watcher: _Watcher
    demo: _Demo | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def __call__(self) -> Summary:
        """Run all steps, telling of each.

        Raises:
            RunFailedError: a step failed; later ones were not tried.
        """
        config = HostConfig(on_log=self.watcher.on_log)
        async with Host.start(APP, self.settings, storage=self.storage, config=config) as host:
            before = await self._collect(host)
            if before and self.demo:
                await self._write_history(before)
            await self._step(host, "plan_releases")
            await self._release(host)
            after = await self._collect(host)
            leases = await self._collect_leases(host)
        return await self._summary(before, after, leases)

    async def _step(self, host: Host, name: str) -> None:
        with self.console.status(f"{name} ..."):
            result = await host.run_timer(name)
        if not result.succeeded:
            raise RunFailedError(_said(result.error))
        runs = {run.function: run for run in await self._ledger().runs()}
        self.console.print(
            f"  [green]ok[/] {name}: {runs[name].summary}", highlight=False, soft_wrap=True
        )

    async def _collect(self, host: Host) -> UsageSnapshot | None:
        await self._step(host, "collect_usage")
        snapshots = await self._ledger().usage_since(self.started - timedelta(minutes=1))
        return snapshots[-1] if snapshots else None

    async def _collect_leases(self, host: Host) -> LeasePicture | None:
        """Once; on the demo farm again after a morning's work, so that something has changed."""
        if "QLIKVIEW__URL" not in self.settings:
            return None
        await self._step(host, "collect_leases")
        if self.demo:
            await self._write_lease_history()
            started = work_a_morning(self.demo.qms.world)
            self.console.print(
                f"  [green]ok[/] demo: {started} users started the QlikView client, each on a"
                " Citrix server that a load balancer chose",
                highlight=False,
                soft_wrap=True,
            )
            await self._step(host, "collect_leases")
        return await self._read_leases().picture()

    async def _write_lease_history(self) -> None:
        ledger = self._ledger()
        if look := await ledger.lease_look():
            count = await write_lease_history(ledger, self._lease_rules(), look)
            self.console.print(
                f"  [green]ok[/] demo: {count} counts of leases made up from when the leases"
                " were given",
                highlight=False,
            )

    def _read_leases(self) -> ReadLeases:
        return ReadLeases(self._lease_rules(), self._ledger(), lambda: datetime.now(UTC))

    def _lease_rules(self) -> LeaseRules:
        return lease_rules(load_settings(self.settings))

    async def _write_history(self, today: UsageSnapshot) -> None:
        count = await write_history(self._ledger(), today.site, today.taken_at, today.overview)
        self.console.print(
            f"  [green]ok[/] demo: {count} snapshots of the {DAYS} days before made up, for the"
            " forecast",
            highlight=False,
        )

    async def _release(self, host: Host) -> None:
        with self.console.status("release_licenses ..."):
            drained = await host.drain_queues(_PATIENCE)
        text = f"{drained.ok} messages done, {drained.failed} failed, {drained.poisoned} poisoned"
        style = "green" if not drained.failed + drained.poisoned + drained.lost else "red"
        self.console.print(f"  [{style}]ok[/] release_licenses: {text}", highlight=False)

    async def _summary(
        self,
        before: UsageSnapshot | None,
        after: UsageSnapshot | None,
        leases: LeasePicture | None,
    ) -> Summary:
        ledger, plan_id = self._ledger(), self.watcher.plan_id()
        return Summary(
            before=before,
            after=after,
            plan=await ledger.plan(plan_id) if plan_id else None,
            releases=await ledger.releases_of_plan(plan_id) if plan_id else [],
            outlook=await ledger.state(Outlook, OUTLOOK),
            leases=leases,
        )

    def _ledger(self) -> TablesLedger:
        access = TableAccess.from_connection_string(self.storage)
        return TablesLedger(self.settings["SITE_NAME"], access)


def run_demo(console: Console, users: int, records: Path = RUN_FOLDER) -> Finished:
    """Run against a demo site with `users` users; everything it makes is in `records`/demo."""
    return asyncio.run(_run_demo(console, users, records / "demo"))


def run_site(console: Console, settings_file: Path, records: Path = RUN_FOLDER) -> Finished:
    """Run against the site of a settings file; dry, unless the file says otherwise."""
    return asyncio.run(_run_site(console, settings_file, records / "site"))


async def _run_demo(console: Console, users: int, folder: Path) -> Finished:
    console.print(
        f"Starting a demo Qlik Sense site with {users:,} users, a QlikView farm with 500, and"
        " Azurite"
    )
    _empty(folder)  # a new site has no past: neither points nor a budget that is used up
    certificates = folder / "certificates"
    with (
        DemoSite.start(world=default_world(users), directory=certificates) as site,
        DemoQms.start() as qms,
    ):
        settings = {
            **demo_settings(site, folder / "points.lp"),
            **qlikview_settings(qms, certificates / "qlikview.password"),
            **_FAST_RETRY,
        }
        _keep_settings(settings, folder / "settings.json")
        done = await _run(console, settings, folder, None, demo=_Demo(qms))
    console.print(
        f"Look further: python -m local leases list --settings {folder / 'settings.json'}",
        highlight=False,
        soft_wrap=True,
    )
    return done


async def _run_site(console: Console, settings_file: Path, folder: Path) -> Finished:
    values = {"LICENSE_RELEASE__ENABLED": "true", **read_settings_file(settings_file)}
    if "INFLUXDB__URL" not in values:
        values.setdefault("STEWARD_POINTS_FILE", str(folder / "points.lp"))
    storage = values.pop("AzureWebJobsStorage", "")
    own = storage if "AccountName=" in storage else None
    console.print(
        f"Running against {values.get('QLIK_SENSE__HOST', 'the site of ' + str(settings_file))}"
    )
    return await _run(console, values | _FAST_RETRY, folder, own)


@asynccontextmanager
async def _storage(given: str | None, folder: Path) -> AsyncIterator[str]:
    """The given storage account, or an Azurite that keeps its data in `folder`."""
    if given:
        yield given
        return
    with run_azurite(folder) as azurite:
        yield azurite.connection_string


async def _run(
    console: Console,
    settings: Mapping[str, str],
    folder: Path,
    storage: str | None,
    *,
    demo: _Demo | None = None,
) -> Finished:
    async with _storage(storage, folder / "azurite") as connection:
        run = Run(console, settings, connection, _Watcher(console), demo)
        summary = await run()
        report = await write_report(settings, connection, folder / "report.html")
        done = Finished(summary, _places(settings, folder, storage, report))
        print_summary(console, done.summary, done.places)
        return done


def _places(
    settings: Mapping[str, str], folder: Path, storage: str | None, report: Path
) -> dict[str, str]:
    """Where the records of a run are, for people."""
    ledger = "the storage account of the settings" if storage else f"{folder / 'azurite'} (Azurite)"
    points = settings.get("INFLUXDB__URL") or settings.get("STEWARD_POINTS_FILE") or "nowhere"
    return {
        "ledger (tables Steward*)": ledger,
        "points": points,
        "report (open it in a browser)": str(report),
    }


def _keep_settings(settings: Mapping[str, str], file: Path) -> None:
    """The settings of a demo, so that commands find its records after it has stopped."""
    file.write_text(json.dumps({"IsEncrypted": False, "Values": dict(settings)}, indent=2))


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "certificates").mkdir(parents=True)


def _said(error: str | None) -> str:
    return error or "the function failed and did not say why"
