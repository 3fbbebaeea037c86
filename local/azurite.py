"""Azurite, Microsoft's storage emulator: installed from npm and run on free loopback ports."""

import fcntl
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from local.npm_tool import NODE, TOOLS, NpmError, NpmTool

_SOURCE = Path(__file__).resolve().parent / "azurite_npm"
_ACCOUNT = "devstoreaccount1"
# Azurite's published key, the same on every machine: it opens nothing but an emulator.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (\S+)")
_STOP_SECONDS = 10.0


class AzuriteError(RuntimeError):
    """Azurite could not be installed or started; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running Azurite.

    Attributes:
        blob: address of the blob service, for example `http://127.0.0.1:33849`.
        queue: address of the queue service.
        table: address of the table service.
        pid: process id of the emulator.
    """

    blob: str
    queue: str
    table: str
    pid: int

    @property
    def connection_string(self) -> str:
        """Connection string for every storage client, with Azurite's public key."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};"
            f"BlobEndpoint={self.blob}/{_ACCOUNT};"
            f"QueueEndpoint={self.queue}/{_ACCOUNT};"
            f"TableEndpoint={self.table}/{_ACCOUNT};"
        )


def install(tools: Path = TOOLS) -> Path:
    """Installs the locked Azurite below `tools`, once per lock file; returns its script.

    Raises:
        AzuriteError: npm failed; its own words are in the text.
    """
    try:
        folder = NpmTool("azurite", _SOURCE).install(tools)
    except NpmError as error:
        raise AzuriteError(str(error)) from error
    return folder / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"


@contextmanager
def run_azurite(folder: Path | None = None, *, start_seconds: float = 60.0) -> Iterator[Azurite]:
    """Runs Azurite for the length of a with block.

    Args:
        folder: where the data is kept; None keeps it in memory and forgets it at the end.
        start_seconds: how long the three services may take to answer.

    Raises:
        AzuriteError: it could not be installed, or did not start in time, or another one keeps its
            data in the folder.
    """
    with nullcontext() if folder is None else _alone_in(folder):
        process = _spawn(install(), folder)
        output = _Output(process)
        try:
            yield output.wait_until_listening(start_seconds)
        finally:
            _stop(process)
            output.join()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two Azurites on one folder would write over each other's data."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in_use.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AzuriteError(
                f"The records below {folder} are in use by another command: try again when it is"
                " done."
            ) from error
        yield


def _spawn(script: Path, folder: Path | None) -> subprocess.Popen[str]:
    where = ["--inMemoryPersistence"] if folder is None else ["--location", str(folder)]
    ports = [word for service in ("blob", "queue", "table") for word in (f"--{service}Port", "0")]
    hosts = [
        word for service in ("blob", "queue", "table") for word in (f"--{service}Host", "127.0.0.1")
    ]
    # Own session: Ctrl-C reaches us first, and we stop Azurite after everything that uses it.
    # --skipApiVersionCheck: the clients speak a newer version than this Azurite (fact: azure 2).
    return subprocess.Popen(  # noqa: S603 - our own script on our own node
        [
            str(NODE),
            "--require",
            str(_SOURCE / "exit_with_parent.cjs"),
            str(script),
            *("--silent", "--disableTelemetry", "--skipApiVersionCheck"),
            *(*hosts, *ports, *where),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _stop(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _Output:
    """Reads what Azurite prints to the end: a full pipe would stop it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._addresses: dict[str, str] = {}
        self._first_lines: list[str] = []
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._process.stdout is None:
            raise AzuriteError("Azurite was started without a pipe for its output.")
        with self._process.stdout as lines:
            for line in lines:
                if found := _LISTENING.search(line):
                    self._addresses[found[1]] = found[2]
                if len(self._addresses) == 3:
                    self._settled.set()
                else:
                    self._first_lines.append(line)
        self._settled.set()

    def wait_until_listening(self, seconds: float) -> Azurite:
        in_time = self._settled.wait(seconds)
        if len(self._addresses) < 3:
            what = "ended" if in_time else f"was not ready after {seconds:g} s"
            raise AzuriteError(f"Azurite {what}. It printed:\n{''.join(self._first_lines)}")
        return Azurite(
            self._addresses["Blob"],
            self._addresses["Queue"],
            self._addresses["Table"],
            self._process.pid,
        )

    def join(self) -> None:
        self._thread.join()


if __name__ == "__main__":
    install()  # `make test` and `make run` set it up beforehand
