"""Where commands find the records: the file's storage account, or what `make run` kept."""

import json
from pathlib import Path

import pytest

from local.azurite import AzuriteError, run_azurite
from local.commands.session import open_worker
from local.host.app_settings import SettingsError
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.runs import MessageRefusal, RefusedMessage
from tests.unit.build import NOW

MESSAGE = RefusedMessage("m1", "release-candidates", MessageRefusal.EXPIRED, "why", "{}", 1, NOW)


def settings_file(folder: Path, **values: str) -> Path:
    """A settings file with SITE_NAME and these values."""
    file = folder / "a.settings.json"
    file.write_text(json.dumps({"Values": {"SITE_NAME": "prod", **values}}))
    return file


async def test_without_a_storage_account_the_records_of_make_run_are_used(tmp_path: Path) -> None:
    """What a run kept is there again, and what a command changes is kept too."""
    records = tmp_path / "azurite"
    with run_azurite(records) as azurite:
        access = TableAccess.from_connection_string(azurite.connection_string)
        ledger = TablesLedger("prod", access)
        await ledger.save_refused_message(MESSAGE)
        ledger.close()
    file = settings_file(tmp_path, AzureWebJobsStorage="UseDevelopmentStorage=true")
    async with open_worker(file, records) as worker:
        assert [message.message_id for message in await worker.poison_messages().kept()] == ["m1"]
        await worker.poison_messages().discard("m1")
    async with open_worker(file, records) as worker:
        assert (await worker.poison_messages().kept())[0].settled.startswith("discarded")


async def test_records_that_are_in_use_are_left_alone(tmp_path: Path) -> None:
    """Two emulators on one folder would write over each other's data."""
    with run_azurite(tmp_path / "azurite"), pytest.raises(AzuriteError, match="in use"):
        async with open_worker(settings_file(tmp_path), tmp_path / "azurite"):
            pass


async def test_without_any_records_the_error_says_what_to_set(tmp_path: Path) -> None:
    """Rather than an empty list from an empty emulator."""
    with pytest.raises(SettingsError, match="AzureWebJobsStorage is not set"):
        async with open_worker(settings_file(tmp_path), tmp_path / "azurite"):
            pass
    assert not (tmp_path / "azurite").exists()


async def test_an_identity_is_a_storage_account_too(tmp_path: Path) -> None:
    """No emulator is started beside it."""
    file = settings_file(tmp_path, AzureWebJobsStorage__accountName="account1")
    async with open_worker(file, tmp_path / "azurite") as worker:
        assert worker.site_name() == "prod"
