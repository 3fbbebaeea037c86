"""How the ledger gets at a storage account: by connection string or by identity."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Self, TypedDict

from shared.domain.errors import LedgerError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.data.tables import TableServiceClient

_CONNECT_SECONDS = 5
_READ_SECONDS = 20


class TableAccess:
    """A way to open the tables of one storage account; nothing is opened before `open`.

    `retries` bounds the client's own retries (429, 5xx, lost connections) of each request.
    """

    def __init__(self, build: Callable[[], "TableServiceClient"]) -> None:
        self._build = build

    @classmethod
    def from_connection_string(cls, text: str, *, retries: int = 3) -> Self:
        """Access with an account key or SAS, as in `AzureWebJobsStorage`.

        `UseDevelopmentStorage=true` means a storage emulator on its usual ports.
        """

        def build() -> "TableServiceClient":
            from azure.data.tables import TableServiceClient  # noqa: PLC0415 - cold start

            return TableServiceClient.from_connection_string(text, **_patience(retries))

        return cls(build)

    @classmethod
    def from_identity(
        cls,
        table_service_uri: str,
        credential: "TokenCredential | None" = None,
        *,
        client_id: str | None = None,
        retries: int = 3,
    ) -> Self:
        """Access as an Entra identity.

        Args:
            table_service_uri: `https://<account>.table.core.windows.net`
                (`AzureWebJobsStorage__tableServiceUri`).
            credential: where tokens come from; without one, azure-identity's usual chain.
            client_id: the user-assigned managed identity to be, when no credential is given.
            retries: the most retries of one request.
        """

        def build() -> "TableServiceClient":
            from azure.data.tables import TableServiceClient  # noqa: PLC0415 - cold start

            used = credential or _usual_credential(client_id)
            return TableServiceClient(table_service_uri, credential=used, **_patience(retries))

        return cls(build)

    def open(self) -> "TableServiceClient":
        """A new client; opens no connection yet.

        Raises:
            LedgerError: the connection string or the address is unusable.
        """
        try:
            return self._build()
        except ValueError as error:
            raise LedgerError(
                "The ledger can't tell where its tables are: check AzureWebJobsStorage (a whole "
                "connection string) or AzureWebJobsStorage__tableServiceUri (an https address): "
                f"{error}"
            ) from error


def _usual_credential(client_id: str | None) -> "TokenCredential":
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - cold start

    if client_id is None:
        return DefaultAzureCredential()
    return DefaultAzureCredential(managed_identity_client_id=client_id)


class _Patience(TypedDict):
    retry_total: int
    retry_backoff_max: int
    connection_timeout: int
    read_timeout: int


def _patience(retries: int) -> _Patience:
    return {
        "retry_total": retries,
        "retry_backoff_max": 10,
        "connection_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
    }
