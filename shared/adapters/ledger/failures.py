"""Turns what Azure's client raises into one sentence that says what to do."""

from typing import TYPE_CHECKING

from shared.domain.errors import LedgerError

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

_LONGEST = 300
_BUSY = (408, 429, 500, 502, 503, 504)


def ledger_error(error: "AzureError", table: str) -> LedgerError:
    """What the operator should read when `error` ended the work on `table`."""
    from azure.core.exceptions import (  # noqa: PLC0415 - cold start
        ClientAuthenticationError,
        ServiceRequestError,
        ServiceResponseError,
    )

    told = _told(error)
    if isinstance(error, ClientAuthenticationError) or _status(error) in (401, 403):
        return LedgerError(
            f"The storage account refused the ledger's table {table} ({told}): give the app's "
            "identity the role Storage Table Data Contributor, or check the key in "
            "AzureWebJobsStorage, and let the app through the account's firewall."
        )
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        return LedgerError(
            f"The storage account did not answer for the ledger's table {table} ({told}): check "
            "the address in AzureWebJobsStorage, name resolution, private endpoint and firewall."
        )
    if _status(error) in _BUSY:
        return LedgerError(
            f"The storage account is busy or out of order ({told}) and the ledger's table {table} "
            "could not be used after several tries: try again later."
        )
    return LedgerError(f"The storage account refused a request on the table {table} ({told}).")


def error_code(error: "AzureError") -> str:
    """The storage service's own code for the error, such as `TableNotFound`; "" without one."""
    code = getattr(error, "error_code", None)
    if code is None:
        response = getattr(error, "response", None)
        code = response.headers.get("x-ms-error-code") if response is not None else None
    return str(getattr(code, "value", code) or "")


def _status(error: "AzureError") -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _told(error: "AzureError") -> str:
    first_line = str(error.message).partition("\n")[0].strip()
    known = [str(part) for part in (_status(error), error_code(error), first_line) if part]
    return " ".join(known)[:_LONGEST]
