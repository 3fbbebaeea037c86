"""Azurite as the tests and the demo run it."""

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueClient

from local.azurite import Azurite, install, run_azurite
from tests.integration.local_host.conftest import ROOT


def test_all_three_services_answer(azurite: Azurite) -> None:
    """Blobs, queues and tables answer on the connection string."""
    with BlobServiceClient.from_connection_string(azurite.connection_string) as blobs:
        assert list(blobs.list_containers()) == []
    with QueueClient.from_connection_string(azurite.connection_string, "answers") as queue:
        queue.create_queue()
        assert queue.get_queue_properties().approximate_message_count == 0
    with TableServiceClient.from_connection_string(azurite.connection_string) as tables:
        assert tables.create_table("answers").table_name == "answers"


def test_it_is_bound_to_loopback_only(azurite: Azurite) -> None:
    """Nobody but this machine can reach the emulator."""
    for address in (azurite.blob, azurite.queue, azurite.table):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)


def test_an_installed_azurite_is_not_installed_again(azurite: Azurite) -> None:
    """A second install finds the first one by the hash of the lock file."""
    assert azurite.pid
    before = (install().parents[4] / "installed").stat().st_mtime_ns
    assert (install().parents[4] / "installed").stat().st_mtime_ns == before


def test_a_folder_keeps_messages_over_a_restart(tmp_path: Path) -> None:
    """What was put into a queue is there when Azurite runs on the same folder again."""
    with (
        run_azurite(tmp_path) as first,
        QueueClient.from_connection_string(first.connection_string, "kept") as queue,
    ):
        queue.create_queue()
        queue.send_message("still here")
    with (
        run_azurite(tmp_path) as second,
        QueueClient.from_connection_string(second.connection_string, "kept") as queue,
    ):
        message = queue.receive_message()
        assert message is not None
        assert message.content == "still here"


def test_it_ends_when_its_parent_is_killed() -> None:
    """A parent that dies without a word leaves no emulator behind."""
    script = (
        "from local.azurite import run_azurite\n"
        "with run_azurite() as azurite:\n"
        "    print(azurite.pid, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        emulator = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    try:
        assert select.select([emulator], [], [], 30)[0], "Azurite outlived its parent"
    finally:
        os.close(emulator)


def test_the_lock_file_names_no_registry() -> None:
    """The lock pins versions and hashes, and leaves the registry to npm's configuration."""
    lock = (ROOT / "local" / "azurite_npm" / "package-lock.json").read_text()
    assert '"node_modules/azurite": {\n      "version": "3.35.0"' in lock
    assert '"resolved"' not in lock
    assert "registry." not in lock
