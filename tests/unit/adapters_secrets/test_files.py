"""Secrets from files, and how a reader keeps what it has read."""

import asyncio
import os
from pathlib import Path

import pytest

from shared.adapters.secrets import SecretReader
from shared.domain.errors import SecretError
from shared.domain.secret_sources import KeyVaultSecret, SecretFile, SecretSource

SETTING = "QLIK_SENSE__JWT_FILE"


class Now:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0


class Reports:
    """What was reported as stale, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def keep(self, _: SecretSource, error: SecretError) -> None:
        """Remember a report."""
        self.texts.append(str(error))


def reader(now: Now | None = None, reports: Reports | None = None) -> SecretReader:
    """A reader without a vault."""
    at = now or Now()
    return SecretReader(None, on_stale=(reports or Reports()).keep, clock=lambda: at.seconds)


async def refusal(path: Path | str) -> str:
    """The message with which this file is refused."""
    with pytest.raises(SecretError) as caught:
        await reader().read(SecretFile(str(path), SETTING))
    assert str(caught.value).startswith(f"{SETTING}: The file {str(path)!r} ")
    return str(caught.value)


async def test_bytes_are_as_in_the_file_and_text_is_trimmed(tmp_path: Path) -> None:
    """A PFX must not change, a token must not have a line break at its end."""
    path = tmp_path / "token"
    path.write_bytes(b"\xef\xbb\xbf token\r\n")
    source = SecretFile(str(path))
    assert await reader().read_bytes(source) == b"\xef\xbb\xbf token\r\n"
    assert await reader().read_text(source) == "token"


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message names setting, path and the folder it is seen from."""
    text = await refusal(tmp_path / "absent.pem")
    assert str(Path.cwd()) in text


async def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """A folder or a pipe is told at once; a pipe must not block the worker."""
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in await refusal(tmp_path)
    assert "no regular file" in await refusal(tmp_path / "pipe")
    assert "no regular file" in await refusal("/dev/zero")


async def test_a_path_that_no_system_knows_is_refused() -> None:
    """Paths that the system can't even look up end in the same kind of error."""
    assert "can't be read" in await refusal("x" * 5_000)
    assert "can't be read" in await refusal("a\x00b")


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"@Microsoft.KeyVault(SecretUri=https://v/s)", "holds a Key Vault reference"),
        (b"x" * (1024 * 1024 + 1), "larger than 1 MiB"),
    ],
)
async def test_a_file_without_a_secret_is_refused(
    tmp_path: Path, content: bytes, advice: str
) -> None:
    """Nothing, a reference, or far too much is no secret."""
    path = tmp_path / "token"
    path.write_bytes(content)
    assert advice in await refusal(path)


async def test_a_binary_file_is_no_text(tmp_path: Path) -> None:
    """Asking for the text of a PFX is an error, not a mangled text."""
    path = tmp_path / "client.pfx"
    path.write_bytes(b"\x30\x82\xff\xfe")
    with pytest.raises(SecretError, match="not text"):
        await reader().read_text(SecretFile(str(path)))


async def test_a_key_vault_secret_needs_a_vault() -> None:
    """Without KEY_VAULT_URL the message says that it is missing."""
    with pytest.raises(SecretError, match="KEY_VAULT_URL is not set"):
        await reader().read(KeyVaultSecret("name"))


async def test_a_lost_file_keeps_the_older_value_and_reports_it(tmp_path: Path) -> None:
    """The value stays in use while its file is gone; each try, five minutes apart, is reported."""
    now, reports = Now(), Reports()
    path = tmp_path / "token"
    path.write_text("first")
    source = SecretFile(str(path))
    steady = reader(now, reports)
    assert await steady.read_text(source) == "first"
    path.unlink()
    now.seconds = 3600.0
    assert await asyncio.gather(*(steady.read_text(source) for _ in range(5))) == ["first"] * 5
    assert len(reports.texts) == 1
    now.seconds += 299.0
    assert await steady.read_text(source) == "first"
    assert len(reports.texts) == 1
    path.write_text("second")
    now.seconds += 1.0
    assert await steady.read_text(source) == "second"
    assert len(reports.texts) == 1


async def test_a_failed_first_read_is_not_remembered(tmp_path: Path) -> None:
    """A file that appears later is read at the next try."""
    path = tmp_path / "token"
    source = SecretFile(str(path))
    patient = reader()
    with pytest.raises(SecretError):
        await patient.read(source)
    path.write_text("now")
    assert await patient.read_text(source) == "now"


async def test_a_cancelled_read_leaves_the_others_going(tmp_path: Path) -> None:
    """When the caller that reads is cancelled, a waiting one reads in its place."""
    path = tmp_path / "token"
    path.write_text("value")
    source, shared = SecretFile(str(path)), reader()
    first = asyncio.create_task(shared.read_text(source))
    second = asyncio.create_task(shared.read_text(source))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "value"
