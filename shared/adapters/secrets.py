"""Secrets from Key Vault or files, read once per worker and refreshed after a while."""

import asyncio
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from shared.adapters.key_vault import KeyVault
from shared.domain.errors import SecretError
from shared.domain.secret_sources import KeyVaultSecret, SecretFile, SecretSource

_MOST_BYTES = 1024 * 1024
_UNRESOLVED = b"@microsoft.keyvault("
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret and where it came from; `expires_on` only when the vault names a date."""

    source: SecretSource
    value: bytes = field(repr=False)
    expires_on: datetime | None = None

    @property
    def text(self) -> str:
        """The value as text without outer blanks.

        Raises:
            SecretError: the value is not UTF-8.
        """
        try:
            text = self.value.decode()
        except UnicodeDecodeError:
            raise SecretError(f"{describe(self.source)} is not text (UTF-8); replace it.") from None
        return text.removeprefix(_BYTE_ORDER_MARK).strip()


@dataclass(slots=True)
class _Kept:
    """A secret at hand, and when (in seconds of the clock) it is to be read again."""

    secret: Secret
    due: float


class SecretReader:
    """Reads secrets and keeps them; many callers at once cause one read.

    When a refresh fails, the value at hand stays in use, `on_stale` is told, and the next try
    comes after `retry_after`: a vault that is down for an hour must not stop what works.
    """

    def __init__(
        self,
        vault: KeyVault | None,
        *,
        on_stale: Callable[[SecretSource, SecretError], None],
        refresh_after: timedelta = timedelta(hours=1),
        retry_after: timedelta = timedelta(minutes=5),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._on_stale = on_stale
        self._refresh_after = refresh_after.total_seconds()
        self._retry_after = retry_after.total_seconds()
        self._clock = clock
        self._kept: dict[SecretSource, _Kept] = {}
        self._reading: dict[SecretSource, asyncio.Lock] = {}

    async def read(self, source: SecretSource) -> Secret:
        """The secret, at most `refresh_after` old if its source can be read.

        Raises:
            SecretError: it can't be read and there is no older value.
        """
        fresh = self._fresh(source)
        if fresh is not None:
            return fresh
        async with self._reading.setdefault(source, asyncio.Lock()):
            return self._fresh(source) or await self._refresh(source)

    async def read_bytes(self, source: SecretSource) -> bytes:
        """The secret's bytes; of a Key Vault secret those of its text in UTF-8."""
        return (await self.read(source)).value

    async def read_text(self, source: SecretSource) -> str:
        """The secret's text without outer blanks, as tokens and passwords are wanted."""
        return (await self.read(source)).text

    def close(self) -> None:
        """Forget every secret and close the vault's connections."""
        self._kept.clear()
        if self._vault is not None:
            self._vault.close()

    def _fresh(self, source: SecretSource) -> Secret | None:
        kept = self._kept.get(source)
        return kept.secret if kept is not None and self._clock() < kept.due else None

    async def _refresh(self, source: SecretSource) -> Secret:
        older = self._kept.get(source)
        try:
            secret = await asyncio.to_thread(self._read_now, source)
        except SecretError as error:
            if older is None:
                raise
            older.due = self._clock() + self._retry_after
            self._on_stale(source, error)
            return older.secret
        self._kept[source] = _Kept(secret, self._clock() + self._refresh_after)
        return secret

    def _read_now(self, source: SecretSource) -> Secret:
        match source:
            case SecretFile():
                secret = Secret(source, _read_file(source))
            case KeyVaultSecret():
                secret = self._read_from_vault(source)
        if not secret.value.strip():
            raise SecretError(f"{describe(source)} is empty; write the secret into it.")
        if _UNRESOLVED in secret.value.lower():
            raise SecretError(
                f"{describe(source)} holds a Key Vault reference instead of the secret; write the "
                "secret itself into it."
            )
        return secret

    def _read_from_vault(self, source: KeyVaultSecret) -> Secret:
        if self._vault is None:
            raise SecretError(f"{describe(source)} can't be read: KEY_VAULT_URL is not set.")
        try:
            value = self._vault.read(source.name)
        except SecretError as error:
            raise SecretError(_with_setting(source, str(error))) from error
        return Secret(source, value.text.encode(), value.expires_on)


def describe(source: SecretSource) -> str:
    """The source in words, with the setting that named it."""
    match source:
        case SecretFile(path=path):
            return _with_setting(source, f"The file {path!r}")
        case KeyVaultSecret(name=name):
            return _with_setting(source, f"The Key Vault secret {name!r}")


def _with_setting(source: SecretSource, text: str) -> str:
    return f"{source.setting}: {text}" if source.setting else text


def _read_file(source: SecretFile) -> bytes:
    path = Path(source.path)
    try:
        # A pipe or device would block or never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise SecretError(f"{describe(source)} is no regular file; write the path of one.")
        with path.open("rb") as file:
            value = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise SecretError(
            f"{describe(source)} does not exist (seen from {Path.cwd()}); correct the path."
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SecretError(f"{describe(source)} can't be read: {reason}.") from error
    if len(value) > _MOST_BYTES:
        raise SecretError(f"{describe(source)} is larger than 1 MiB; that is no secret.")
    return value
