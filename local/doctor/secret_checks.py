"""Reads every secret that the settings name, each on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from local.doctor.guard import guarded
from local.doctor.result import Result, expiry, ok
from shared.adapters.certificate_text import certificate_bytes
from shared.adapters.key_vault import KeyVault, azure_credential, open_secret_client
from shared.adapters.secrets import SecretReader, describe
from shared.domain.errors import SecretError
from shared.domain.secret_sources import SecretSource
from shared.open_connections import secret_sources
from shared.settings import Settings
from shared.settings.rules import thresholds

SECRET_DAYS = 30.0
_CERTIFICATES = frozenset({"certificate", "key", "root", "qlikview root"})


@dataclass(frozen=True, slots=True)
class ReadSecrets:
    """The secrets that could be read by what they are for, and the result of each."""

    values: Mapping[str, bytes] = field(repr=False)
    results: Sequence[Result]

    def has(self, *uses: str) -> bool:
        """Whether all of these were read."""
        return all(use in self.values for use in uses)


async def read_all(
    settings: Settings, client_id: str | None, now: datetime, seconds: float
) -> ReadSecrets:
    """Read them all; those that can't be read are missing from the values.

    Args:
        settings: they name the secrets.
        client_id: AZURE_CLIENT_ID, if there is one.
        now: for those that expire.
        seconds: how long one of them may take.
    """
    reader = _reader(settings.key_vault_url, client_id)
    values: dict[str, bytes] = {}
    results: list[Result] = []
    try:
        for use, source in sources(settings).items():

            async def read(use: str = use, source: SecretSource = source) -> Sequence[Result]:
                secret = await reader.read(source)
                values[use] = (
                    certificate_bytes(secret) if use in _CERTIFICATES else secret.text.encode()
                )
                return [_result(settings, source, secret.expires_on, now)]

            results += await guarded(f"secret {source.setting}", read, seconds)
    finally:
        reader.close()
    return ReadSecrets(values, results)


def sources(settings: Settings) -> dict[str, SecretSource]:
    """Where all secrets are that the settings name, by what they are for."""
    qlikview = settings.qlikview
    found = dict(secret_sources(settings))
    if qlikview:
        found |= {"qlikview": qlikview.password, "qlikview root": qlikview.root_certificate}
    return {use: source for use, source in found.items() if source}


def _result(
    settings: Settings, source: SecretSource, expires: datetime | None, now: datetime
) -> Result:
    name = f"secret {source.setting}"
    subject = describe(replace(source, setting=""))
    if expires is None:
        return ok(name, f"{subject} can be read.")
    within = thresholds(settings).secret_days or SECRET_DAYS
    return expiry(name, subject, expires, now, within, "Put a new version into the Key Vault.")


def _reader(vault_url: str | None, client_id: str | None) -> SecretReader:
    # Without retries: who looks wants the first answer.
    vault = (
        KeyVault(
            vault_url,
            lambda: open_secret_client(vault_url, azure_credential(client_id), retries=0),
        )
        if vault_url
        else None
    )
    return SecretReader(vault, on_stale=_never_stale)


def _never_stale(source: SecretSource, error: SecretError) -> None:
    raise AssertionError(f"{source} was read once, and can't have grown old") from error
