"""Turns what Azure's queue client raises into one sentence that says what to do."""

from typing import TYPE_CHECKING

from shared.domain.errors import MessageQueueError

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

_LONGEST = 300
_BUSY = (408, 429, 500, 502, 503, 504)
_TOO_LARGE = 413


def message_queue_error(error: "AzureError", queue: str) -> MessageQueueError:
    """What the operator should read when `error` ended the work on `queue`."""
    from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415 - cold start

    status = getattr(error, "status_code", None)
    first_line = str(error.message).partition("\n")[0].strip()
    known = [str(part) for part in (status, error_code(error), first_line) if part]
    told = " ".join(known)[:_LONGEST]
    if isinstance(error, ClientAuthenticationError) or status in (401, 403):
        return MessageQueueError(
            f"The storage account refused the queue {queue} ({told}): give the app's identity the "
            "role Storage Queue Data Contributor, or check the key in AzureWebJobsStorage, and let "
            "the app through the account's firewall."
        )
    if status is None:
        return MessageQueueError(
            f"The storage account did not answer for the queue {queue} ({told}): check the address "
            "in AzureWebJobsStorage, name resolution, private endpoint and firewall."
        )
    if status in _BUSY:
        return MessageQueueError(
            f"The storage account is busy or out of order ({told}) and the queue {queue} could not "
            "be used after several tries: try again later."
        )
    if status == _TOO_LARGE:
        return MessageQueueError(
            f"A message is larger than the queue {queue} takes, 48 KiB ({told}): split it."
        )
    return MessageQueueError(
        f"The storage account refused a message for the queue {queue} ({told})."
    )


def error_code(error: "AzureError") -> str:
    """The storage service's own code for the error, such as `QueueNotFound`; "" without one."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")
