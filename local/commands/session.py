"""What the commands work with: the app's own parts, joined by the settings of a file."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.azurite import run_azurite
from local.host.app_settings import SettingsError, read_settings_file, worker_environment
from local.run import SITE_RECORDS
from shared.adapters.ledger import TablesLedger
from shared.adapters.qrs import QrsClient
from shared.bootstrap import Worker
from shared.domain.errors import SecretError
from shared.domain.secret_sources import SecretSource
from shared.open_connections import (
    open_ledger,
    open_qrs,
    open_secret_reader,
    read_secrets,
    secret_sources,
)
from shared.settings import Settings, load_settings, load_storage_settings

_STORAGE = "AzureWebJobsStorage"
_OF_QRS = ("certificate", "key", "root", "jwt")


@dataclass(frozen=True, slots=True)
class OpenSite:
    """A site to read. `ledger` is None when it was not asked for, or there are no records yet."""

    settings: Settings
    qrs: QrsClient
    ledger: TablesLedger | None


@asynccontextmanager
async def open_worker(
    settings_file: Path, records: Path | None = None, *, make_records: bool = False
) -> AsyncIterator[Worker]:
    """The parts of the app, as the settings of the file describe them.

    Args:
        settings_file: a file like local.settings.json.
        records: where `make run` keeps the records of a site without a storage account; those of
            the demo are beside its settings.
        make_records: begin new records where there are none.

    Raises:
        SettingsError: the file can't be read, or there are no records to work on.
        AzuriteError: another command works on the records.
    """
    keep_events_quiet()
    place = records or _records_of(settings_file)
    with _with_storage(read_settings_file(settings_file), place, make=make_records) as settings:
        worker = Worker(worker_environment(settings))
        try:
            yield worker
        finally:
            await worker.aclose()


@asynccontextmanager
async def open_site(
    settings_file: Path, records: Path | None = None, *, with_ledger: bool = False
) -> AsyncIterator[OpenSite]:
    """Only what reading a site takes: nothing is written, and no storage account is needed.

    Args:
        settings_file: a file like local.settings.json.
        records: as above.
        with_ledger: open the records too, if there are any.

    Raises:
        SettingsError: the file or the settings can't be used.
        SecretError: a certificate or the JWT can't be read.
        AzuriteError: another command works on the records.
    """
    keep_events_quiet()
    values = read_settings_file(settings_file)
    place = records or _records_of(settings_file)
    settings = load_settings(worker_environment(values))
    qrs = await _open_qrs(settings, worker_environment(values))
    # One request at a time: who only looks must not take the place of those who work.
    qrs.gate.allow(1, 0)
    wanted = with_ledger and (has_storage(values) or place.exists())
    try:
        if not wanted:
            yield OpenSite(settings, qrs, None)
            return
        with _with_storage(values, place, make=False) as stored:
            storage = load_storage_settings(worker_environment(stored))
            ledger = open_ledger(settings.site_name, storage)
            try:
                yield OpenSite(settings, qrs, ledger)
            finally:
                ledger.close()
    finally:
        await qrs.aclose()


@contextmanager
def settings_with_storage(settings_file: Path) -> Iterator[Mapping[str, str]]:
    """The settings of the file with a storage account: their own, or an emulator's.

    Raises:
        SettingsError: the file can't be read.
        AzuriteError: another command works on the records.
    """
    values = read_settings_file(settings_file)
    with _with_storage(values, _records_of(settings_file), make=True) as settings:
        yield settings


def keep_events_quiet() -> None:
    """What goes wrong is raised, and told once; as events it is for Application Insights."""
    logger = logging.getLogger("steward")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


def has_storage(settings: Mapping[str, str]) -> bool:
    """Whether a storage account is named.

    Like `make run`, a connection string without an account name counts as none.
    """
    by_identity = any(name.startswith(f"{_STORAGE}__") and settings[name] for name in settings)
    return by_identity or "AccountName=" in settings.get(_STORAGE, "")


async def _open_qrs(settings: Settings, environment: Mapping[str, str]) -> QrsClient:
    reader = open_secret_reader(
        settings.key_vault_url, environment.get("AZURE_CLIENT_ID"), _never_stale
    )
    try:
        sources = {use: secret_sources(settings)[use] for use in _OF_QRS}
        return open_qrs(settings, (await read_secrets(sources, reader)).values)
    finally:
        reader.close()


def _never_stale(source: SecretSource, error: SecretError) -> None:
    raise AssertionError(f"{source} was read once, and can't have grown old") from error


def _records_of(settings_file: Path) -> Path:
    beside = settings_file.parent / SITE_RECORDS.name
    return beside if beside.is_dir() else SITE_RECORDS


@contextmanager
def _with_storage(
    settings: Mapping[str, str], records: Path, *, make: bool
) -> Iterator[Mapping[str, str]]:
    """The settings with a storage account: their own, or an Azurite on the records."""
    if has_storage(settings):
        yield settings
    elif not records.exists() and not make:
        raise SettingsError(
            f"{_STORAGE} is not set, and `make run` has kept no records below {records} yet: set it"
            " to the connection string of the app's storage account."
        )
    else:
        with run_azurite(records) as azurite:
            yield {**settings, _STORAGE: azurite.connection_string}
