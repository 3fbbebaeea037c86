"""The storage account: can its tables and its queue be reached with these settings?"""

import asyncio
from collections.abc import Sequence

from azure.core.exceptions import AzureError

from local.doctor.result import Result, ok
from shared.adapters.key_vault import azure_credential
from shared.adapters.ledger import TableAccess
from shared.adapters.ledger.failures import ledger_error
from shared.adapters.message_queue import RELEASE_CANDIDATES, StorageMessageQueue
from shared.domain.errors import SettingsError
from shared.settings import StorageSettings

_TABLE = "StewardRuns"


async def check_tables(storage: StorageSettings) -> Sequence[Result]:
    """Whether tables can be listed; none is made.

    Raises:
        LedgerError: they can't.
        SettingsError: their address is missing.
    """
    if storage.connection_string:
        access = TableAccess.from_connection_string(storage.connection_string, retries=0)
    elif storage.table_service_uri:
        credential = azure_credential(storage.client_id)
        access = TableAccess.from_identity(storage.table_service_uri, credential, retries=0)
    else:
        raise SettingsError("AzureWebJobsStorage__tableServiceUri is required for the ledger.")
    there = await asyncio.to_thread(_has_table, access)
    text = "has records" if there else "has no records yet: they are made at the first run"
    return [ok("storage tables", f"The storage account answers, and {text}.")]


async def check_queue(storage: StorageSettings) -> Sequence[Result]:
    """Whether the queue can be looked at; it is not made, and nothing is put into it.

    Raises:
        MessageQueueError: it can't.
        SettingsError: its address is missing.
    """
    if storage.connection_string:
        queue = StorageMessageQueue.from_connection_string(storage.connection_string, retries=0)
    elif storage.queue_service_uri:
        credential = azure_credential(storage.client_id)
        queue = StorageMessageQueue.from_identity(storage.queue_service_uri, credential, retries=0)
    else:
        raise SettingsError("AzureWebJobsStorage__queueServiceUri is required for the queue.")
    try:
        waiting = await queue.length()
    finally:
        queue.close()
    text = f"The queue {RELEASE_CANDIDATES} can be reached; about {waiting} messages wait in it."
    return [ok("storage queue", text)]


def _has_table(access: TableAccess) -> bool:
    service = access.open()
    try:
        return any(service.query_tables(f"TableName eq '{_TABLE}'"))
    except AzureError as error:
        raise ledger_error(error, _TABLE) from error
    finally:
        service.close()
