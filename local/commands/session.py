"""What the commands work with: the app's own parts, joined by the settings of a file."""

import logging
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from local.azurite import run_azurite
from local.host.app_settings import SettingsError, read_settings_file, worker_environment
from local.run import SITE_RECORDS
from shared.bootstrap import Worker

_STORAGE = "AzureWebJobsStorage"
_DEFAULT_FILE = Path("local.settings.json")


def add_common_options(parser: ArgumentParser) -> None:
    """The options that every one of these commands takes."""
    parser.add_argument(
        "--settings",
        type=Path,
        default=_DEFAULT_FILE,
        help="a file like local.settings.json (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")


@asynccontextmanager
async def open_worker(settings_file: Path, records: Path = SITE_RECORDS) -> AsyncIterator[Worker]:
    """The parts of the app, as the settings of the file describe them.

    Args:
        settings_file: a file like local.settings.json.
        records: where `make run` keeps the records of a site without a storage account.

    Raises:
        SettingsError: the file can't be read, or there are no records to work on.
        AzuriteError: another command works on the records.
    """
    # What goes wrong is raised, and told once; as events it is for Application Insights.
    logging.getLogger("steward").addHandler(logging.NullHandler())
    logging.getLogger("steward").propagate = False
    with _with_storage(read_settings_file(settings_file), records) as settings:
        worker = Worker(worker_environment(settings))
        try:
            yield worker
        finally:
            await worker.aclose()


@contextmanager
def _with_storage(settings: Mapping[str, str], records: Path) -> Iterator[Mapping[str, str]]:
    """The settings with a storage account: their own, or an Azurite on the records.

    Like `make run`, a connection string without an account name counts as none.
    """
    by_identity = any(name.startswith(f"{_STORAGE}__") and settings[name] for name in settings)
    if by_identity or "AccountName=" in settings.get(_STORAGE, ""):
        yield settings
    elif not records.exists():
        raise SettingsError(
            f"{_STORAGE} is not set, and `make run` has kept no records below {records} yet: set it"
            " to the connection string of the app's storage account."
        )
    else:
        with run_azurite(records) as azurite:
            yield {**settings, _STORAGE: azurite.connection_string}
