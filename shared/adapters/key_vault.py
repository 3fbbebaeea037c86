"""Reading secrets from Azure Key Vault, and saying what to do when that fails."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from shared.domain.errors import SecretError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import AzureError, HttpResponseError
    from azure.keyvault.secrets import SecretClient

_CONNECT_SECONDS, _READ_SECONDS = 10, 30
_FIREWALL_WORDS = ("ForbiddenByFirewall", "ForbiddenByConnection")
_RETRIES, _BACKOFF_SECONDS, _LONGEST_BACKOFF_SECONDS = 3, 0.8, 10


@dataclass(frozen=True, slots=True)
class VaultValue:
    """The newest version of a secret; `expires_on` is what the vault says, if it says so."""

    text: str = field(repr=False)
    expires_on: datetime | None


def azure_credential(client_id: str | None = None) -> "TokenCredential":
    """The app's identity: the managed identity in Azure, the developer's own login elsewhere.

    Args:
        client_id: client id of a user-assigned identity (AZURE_CLIENT_ID), if it is one.
    """
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - cold start

    return DefaultAzureCredential(managed_identity_client_id=client_id)


def open_secret_client(
    vault_url: str, credential: "TokenCredential", *, retries: int = _RETRIES
) -> "SecretClient":
    """A client of the vault; it connects when it is first used."""
    from azure.keyvault.secrets import SecretClient  # noqa: PLC0415 - cold start

    return SecretClient(
        vault_url,
        credential,
        retry_total=retries,
        retry_backoff_factor=_BACKOFF_SECONDS,
        retry_backoff_max=_LONGEST_BACKOFF_SECONDS,
        connection_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )


class KeyVault:
    """The app's Key Vault. Its client is opened at the first read; safe to use from threads."""

    def __init__(self, vault_url: str, open_client: Callable[[], "SecretClient"]) -> None:
        self._vault_url = vault_url
        self._open_client = open_client
        self._client: SecretClient | None = None
        self._opening = threading.Lock()

    def read(self, name: str) -> VaultValue:
        """The newest version of a secret. Blocks: call it in a thread.

        Raises:
            SecretError: saying why it can't be read and what to do.
        """
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - cold start

        try:
            secret = self._opened().get_secret(name)
        except AzureError as error:
            raise SecretError(self._explain(name, error)) from error
        except ValueError as error:  # the SDK's word for a challenge that is no Key Vault's
            raise SecretError(self._no_vault()) from error
        return VaultValue(secret.value or "", secret.properties.expires_on)

    def close(self) -> None:
        """Close the connections, if there are any."""
        with self._opening:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> "SecretClient":
        with self._opening:
            if self._client is None:
                self._client = self._open_client()
            return self._client

    def _explain(self, name: str, error: "AzureError") -> str:
        from azure.core.exceptions import (  # noqa: PLC0415 - cold start
            ClientAuthenticationError,
            HttpResponseError,
        )

        if isinstance(error, ClientAuthenticationError):
            return (
                f"The app's identity could not be authenticated for {self._vault_url}; enable the "
                "managed identity (AZURE_CLIENT_ID names a user-assigned one), or log in locally."
            )
        if isinstance(error, HttpResponseError) and error.status_code:
            return self._explain_answer(name, error.status_code, _details(error))
        return (
            f"{self._vault_url} could not be reached ({type(error).__name__}); check "
            "KEY_VAULT_URL, the network and the vault's firewall."
        )

    def _explain_answer(self, name: str, status: int, details: str) -> str:
        where = f"the secret {name!r} of {self._vault_url}"
        if status == HTTPStatus.NOT_FOUND:
            return f"There is no {where.removeprefix('the ')}; create it or correct the setting."
        if status == HTTPStatus.FORBIDDEN and "disabled secret" in details:
            return f"Key Vault refuses {where}, for it is disabled; enable it."
        if status == HTTPStatus.FORBIDDEN and any(word in details for word in _FIREWALL_WORDS):
            return f"The vault's firewall refuses {where}; let the app's network in."
        if status == HTTPStatus.FORBIDDEN:
            return (
                f"The app's identity may not read {where}; give it the role Key Vault Secrets User."
            )
        if status < HTTPStatus.BAD_REQUEST:  # an answer, and not one of Key Vault's
            return self._no_vault()
        return f"Key Vault answered {status} when {where} was read, also when asked again."

    def _no_vault(self) -> str:
        return f"{self._vault_url} does not answer as a Key Vault does; check KEY_VAULT_URL."


def _details(error: "HttpResponseError") -> str:
    # The inner error has the code that tells rights, firewall and disabled secrets apart.
    return f"{error.message} {error.error.innererror if error.error else ''}"
