"""The report as a file, made by the app's own code."""

import os
from collections.abc import Mapping
from pathlib import Path

from local.host.app_settings import worker_environment
from shared.bootstrap import Worker

_PRIVATE = 0o600  # it holds personal data


async def write_report(settings: Mapping[str, str], storage: str, path: Path) -> Path:
    """Write the report of the site of the settings, in place of an earlier one.

    Args:
        settings: app settings by name.
        storage: the connection string of the storage account with the ledger.
        path: of the file; its folder is made when it is missing.

    Returns:
        The path.

    Raises:
        SettingsError: the settings can't be used.
        LedgerError: the ledger can't be read.
    """
    worker = Worker(worker_environment({**settings, "AzureWebJobsStorage": storage}))
    try:
        page = await worker.report()
    finally:
        await worker.aclose()
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f"{path.name}.new")
    whole.unlink(missing_ok=True)
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        file.write(page.html.encode())
    whole.replace(path)
    return path
