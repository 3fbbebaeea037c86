"""The one place where the app is put together; nothing happens at import.

A worker keeps what it opened for as long as settings and secrets stay the same, so that connections
are reused. Settings are read at every invocation: in Azure they can't change under a running
worker, but the kill switch and a local host should not have to rely on that.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from shared.adapters.instance_name import has_ended, new_instance_name
from shared.adapters.kept_open import KeptOpen
from shared.adapters.personal_names import PersonalNames
from shared.adapters.telemetry import LogTelemetry, open_signals, prepare_loggers
from shared.app import App, Desk, utc_now
from shared.domain import events
from shared.domain.errors import SecretError, SettingsError
from shared.domain.notice import NoticeKind
from shared.domain.secret_sources import SecretSource
from shared.domain.switches import Switches
from shared.open_connections import (
    ConnectionKey,
    Connections,
    SecretsRead,
    open_connections,
    open_ledger,
    open_queue,
    open_secret_reader,
    read_secrets,
    secret_sources,
)
from shared.usecases.poison_messages import PoisonMessages
from shared.usecases.ports import RequestGate
from shared.usecases.qrs_share import QrsShare
from shared.usecases.qrs_slots import QrsSlots
from shared.usecases.record_failed_release import RecordFailedRelease
from shared.usecases.watch_usage import Expiries

if TYPE_CHECKING:
    from shared.adapters.ledger import TablesLedger
    from shared.adapters.message_queue import StorageMessageQueue
    from shared.adapters.report import Page
    from shared.adapters.secrets import SecretReader
    from shared.lease_app import LeaseApp
    from shared.open_qlikview import QlikViewConnections
    from shared.settings import Settings, StorageSettings
    from shared.usecases.read_leases import ReadLeases

# For one machine without InfluxDB: points go to this file. Not for Azure, where files do not last.
POINTS_FILE = "STEWARD_POINTS_FILE"


@cache
def worker() -> "Worker":
    """What this process keeps; made at the first invocation."""
    return Worker(os.environ)


def app(function: str) -> AbstractAsyncContextManager[App]:
    """The app for one invocation of a timer or queue function."""
    return worker().app(function)


def lease_app() -> AbstractAsyncContextManager["LeaseApp | None"]:
    """The app for one collection of leases; None when no QlikView is configured."""
    return worker().lease_app()


def desk(function: str) -> Desk:
    """The app for one HTTP call."""
    return worker().desk(function)


async def report() -> "Page":
    """The report as a page."""
    return await worker().report()


def failed_release_recorder() -> RecordFailedRelease:
    """The recorder of poison messages."""
    return worker().failed_release_recorder()


class Worker:
    """What one worker process keeps between invocations."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        # The last good ones, and what they were read from: the switches are asked before every
        # DELETE, and reading all settings anew takes longer than the DELETE itself.
        self._settings: tuple[Mapping[str, str], Settings] | None = None
        self._names = PersonalNames(self.site_name())
        prepare_loggers(self._names)
        self._telemetry = LogTelemetry(signals=open_signals(environ), names=self._names)
        self._ledgers: dict[object, TablesLedger] = {}
        self._readers: dict[str | None, SecretReader] = {}
        self._doubts_told: set[str] = set()
        self._queues: dict[tuple[StorageSettings, str], StorageMessageQueue] = {}
        self._connections = KeptOpen(self._connect, Connections.aclose)
        self._qlikview = KeptOpen(self._connect_qlikview, lambda each: each.aclose())

    @asynccontextmanager
    async def app(self, function: str) -> AsyncIterator[App]:
        """The app for one invocation of `function`.

        Raises:
            SettingsError: the settings can't be used; nothing was opened.
            SecretError: a secret that is needed can't be read.
        """
        settings = self.settings(function)
        ledger = self.ledger(settings.site_name)
        key, secrets = await self._connection_key(settings, secret_sources(settings))
        async with self._connections.use(key) as connections:
            expiries = Expiries(connections.certificate_expiry, secrets.expiries)
            yield App(
                settings=settings,
                ledger=ledger,
                queue=self.queue(),
                connections=connections,
                expiries=expiries,
                switches_now=self.switches_now,
                telemetry=self._telemetry,
            )

    def desk(self, function: str) -> Desk:
        """What an HTTP call needs."""
        settings = self.settings(function)
        return Desk(settings, self.ledger(settings.site_name), self._telemetry, self.queue_lengths)

    def failed_release_recorder(self) -> RecordFailedRelease:
        """Works on the storage connection alone, whatever is wrong with the other settings."""
        site = self.site_name()
        return RecordFailedRelease(site, self.ledger(site), self._telemetry, utc_now)

    def poison_messages(self) -> PoisonMessages:
        """Looks after the messages that were not acted upon; needs the storage account alone."""
        site = self.site_name()
        return PoisonMessages(site, self.ledger(site), self.queue(), utc_now)

    def read_leases(self) -> "ReadLeases":
        """Reads the leases that were collected; asks the ledger alone."""
        from shared.settings.rules import lease_rules
        from shared.usecases.read_leases import ReadLeases

        settings = self.settings("collect_leases")
        return ReadLeases(lease_rules(settings), self.ledger(settings.site_name), utc_now)

    async def report(self) -> "Page":
        """The report of this moment; asks the ledger alone.

        Raises:
            SettingsError: the settings can't be used.
            LedgerError: the ledger can't be read.
        """
        from shared.adapters.report import render_report
        from shared.domain.report.view import report_view
        from shared.settings import rules
        from shared.usecases.read_report import ReadReport

        settings = self.settings("report")
        read = ReadReport(
            site=settings.site_name,
            switches=rules.switches(settings),
            thresholds=rules.thresholds(settings),
            lease_rules=rules.lease_rules(settings) if settings.qlikview else None,
            ledger=self.ledger(settings.site_name),
            clock=utc_now,
        )
        facts = await read()
        # Half a second of work for 10,000 licenses; releases in this worker go on meanwhile.
        return await asyncio.to_thread(lambda: render_report(report_view(facts)))

    def site_name(self) -> str:
        """SITE_NAME, or `unknown`: what failed is recorded even when the settings are wrong."""
        return self._environ.get("SITE_NAME", "").strip() or "unknown"

    def settings(self, function: str) -> "Settings":
        """The app settings of this moment; when they are wrong, an event says so.

        Raises:
            SettingsError: naming every setting that is wrong.
        """
        given = dict(self._environ)
        if self._settings and self._settings[0] == given:
            return self._settings[1]
        from shared.settings import load_settings

        try:
            settings = load_settings(given)
        except SettingsError as error:
            detail = {"function": function, "detail": str(error)}
            self._telemetry.emit(events.SETTINGS_INVALID, detail)
            self._names.hide_in(error)
            raise
        self._names.shown = settings.telemetry.personal_names
        self._tell_doubts(settings)
        self._settings = given, settings
        return settings

    @asynccontextmanager
    async def lease_app(self) -> AsyncIterator["LeaseApp | None"]:
        """The app for one collection of leases; None, and an event, without QlikView settings.

        It needs nothing of Qlik Sense: neither its certificates nor a site that answers.

        Raises:
            SettingsError: the settings can't be used; nothing was opened.
            SecretError: the password or another secret that is needed can't be read.
        """
        settings = self.settings("collect_leases")
        if settings.qlikview is None:
            self._telemetry.emit(events.LEASES_NOT_CONFIGURED, {"site": settings.site_name})
            yield None
            return
        from shared.lease_app import LeaseApp
        from shared.open_qlikview import qlikview_sources

        sources = qlikview_sources(settings, settings.qlikview)
        key, _ = await self._connection_key(settings, sources)
        async with self._qlikview.use(key) as connections:
            yield LeaseApp(settings, self.ledger(settings.site_name), connections, self._telemetry)

    def switches_now(self) -> Switches:
        """The switches as they are set at this moment."""
        from shared.settings.rules import switches

        return switches(self.settings("release_licenses"))

    def ledger(self, site: str) -> "TablesLedger":
        """The ledger of a site in the app's own storage account."""
        from shared.settings import load_storage_settings

        storage = load_storage_settings(self._environ)
        if (site, storage) not in self._ledgers:
            self._ledgers[site, storage] = open_ledger(site, storage)
        return self._ledgers[site, storage]

    def queue(self, name: str = "") -> "StorageMessageQueue":
        """A queue in the app's own storage account: that of release candidates, unless named."""
        from shared.settings import load_storage_settings

        storage = load_storage_settings(self._environ)
        if (storage, name) not in self._queues:
            self._queues[storage, name] = open_queue(storage, name)
        return self._queues[storage, name]

    async def queue_lengths(self) -> Mapping[str, int]:
        """About how many messages wait, by queue.

        Raises:
            MessageQueueError: the queues can't be looked at.
        """
        from shared.adapters.message_queue import POISON, RELEASE_CANDIDATES

        names = (RELEASE_CANDIDATES, POISON)
        return {name: await self.queue(name).length() for name in names}

    async def aclose(self) -> None:
        """Close whatever is open; for commands, which end, as functions do not."""
        await self._connections.aclose()
        await self._qlikview.aclose()
        for ledger in self._ledgers.values():
            ledger.close()
        for queue in self._queues.values():
            queue.close()
        for reader in self._readers.values():
            reader.close()

    async def _connection_key(
        self, settings: "Settings", sources: "Mapping[str, SecretSource | None]"
    ) -> tuple[ConnectionKey, SecretsRead]:
        secrets = await read_secrets(sources, self._reader(settings.key_vault_url))
        points_file = self._environ.get(POINTS_FILE, "")
        return ConnectionKey(settings, points_file, frozenset(secrets.values.items())), secrets

    async def _connect_qlikview(self, key: ConnectionKey) -> "QlikViewConnections":
        from shared.open_qlikview import open_qlikview

        return await open_qlikview(key)

    async def _connect(self, key: ConnectionKey) -> Connections:
        def on_failure(kind: NoticeKind, sentence: str) -> None:
            detail = {"site": key.settings.site_name, "kind": kind.value, "detail": sentence}
            self._telemetry.emit(events.WEBHOOK_FAILED, detail)

        def open_share(gate: RequestGate) -> QrsShare:
            slots = QrsSlots(
                gate,
                self.ledger(key.settings.site_name),
                site=key.settings.site_name,
                holder=new_instance_name(),
                most=key.settings.qlik_sense.max_concurrency,
                telemetry=self._telemetry,
                clock=utc_now,
                has_ended=has_ended,
            )
            return QrsShare(gate, slots)

        return await open_connections(key, on_failure, open_share)

    def _reader(self, vault_url: str | None) -> "SecretReader":
        if vault_url not in self._readers:
            client_id = self._environ.get("AZURE_CLIENT_ID")
            self._readers[vault_url] = open_secret_reader(vault_url, client_id, self._tell_stale)
        return self._readers[vault_url]

    def _tell_stale(self, source: SecretSource, error: SecretError) -> None:
        detail = {"secret": source.setting, "detail": str(error)}
        self._telemetry.emit(events.SECRET_STALE, detail)

    def _tell_doubts(self, settings: "Settings") -> None:
        for doubt in set(settings.warnings) - self._doubts_told:
            self._doubts_told.add(doubt)
            detail = {"site": settings.site_name, "detail": doubt}
            self._telemetry.emit(events.SETTINGS_DOUBTFUL, detail)
