"""The queue `release-candidates` from our side of it: messages handed back, replayed, approved.

The plan's own messages go out through the output binding; here are those that come later.
"""

import asyncio
import math
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Self, TypedDict

from shared.adapters.message_queue_failures import error_code, message_queue_error
from shared.domain.errors import MessageQueueError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.queue import ExponentialRetry, QueueClient, TextBase64EncodePolicy

RELEASE_CANDIDATES = "release-candidates"
POISON = "release-candidates-poison"

_DAY = 24 * 3600
# The service takes 7 days at most; a minute less, so that no rounding and no clock goes over it.
_LONGEST_DELAY = 7 * _DAY - 60
_CONNECT_SECONDS = 5
_READ_SECONDS = 20


class StorageMessageQueue:
    """Puts messages into a storage queue, as the queue trigger reads them (base64 of UTF-8).

    Nothing is opened before the first message, and the queue is made when it is missing. A lost
    answer is tried again, so a message may stand in the queue twice: its reader must not mind.
    One per worker; safe to use from many tasks at once.
    """

    def __init__(self, build: Callable[[], "QueueClient"]) -> None:
        self._build = build
        self._client: QueueClient | None = None
        self._opening = threading.Lock()

    @classmethod
    def from_connection_string(
        cls, text: str, *, queue: str = RELEASE_CANDIDATES, retries: int = 3
    ) -> Self:
        """A queue by account key or SAS, as in `AzureWebJobsStorage`."""

        def build() -> "QueueClient":
            from azure.storage.queue import QueueClient  # noqa: PLC0415 - cold start

            return QueueClient.from_connection_string(text, queue, **_options(retries))

        return cls(build)

    @classmethod
    def from_identity(
        cls,
        queue_service_uri: str,
        credential: "TokenCredential | None" = None,
        *,
        client_id: str | None = None,
        queue: str = RELEASE_CANDIDATES,
        retries: int = 3,
    ) -> Self:
        """A queue as an Entra identity.

        Args:
            queue_service_uri: `https://<account>.queue.core.windows.net`
                (`AzureWebJobsStorage__queueServiceUri`).
            credential: where tokens come from; without one, azure-identity's usual chain.
            client_id: the user-assigned managed identity to be, when no credential is given.
            queue: the queue's name.
            retries: the most retries of one request.
        """

        def build() -> "QueueClient":
            from azure.storage.queue import QueueClient  # noqa: PLC0415 - cold start

            from shared.adapters.key_vault import azure_credential  # noqa: PLC0415 - cold start

            used = credential or azure_credential(client_id)
            return QueueClient(queue_service_uri, queue, credential=used, **_options(retries))

        return cls(build)

    async def put_back(self, text: str, delay: timedelta) -> None:
        """Put a message into the queue, to appear after `delay` (at most about 7 days).

        Raises:
            MessageQueueError: it could not be put, and what to do.
        """
        await asyncio.to_thread(self._send, text, _whole_seconds(delay))

    async def send_many(self, texts: Sequence[str]) -> None:
        """Put messages into the queue, in this order, to appear at once.

        Raises:
            MessageQueueError: one could not be put; it says how many were put before it, and none
                was after it.
        """
        for sent, text in enumerate(texts):
            try:
                await asyncio.to_thread(self._send, text, 0)
            except MessageQueueError as error:
                raise MessageQueueError(
                    f"{error} Of {len(texts)} messages {sent} stand in the queue, the others don't."
                ) from error

    async def length(self) -> int:
        """About how many messages stand in the queue, hidden ones too; 0 without a queue.

        Raises:
            MessageQueueError: it can't be told, and what to do.
        """
        return await asyncio.to_thread(self._count)

    def close(self) -> None:
        """Close the connections; the next message opens new ones."""
        with self._opening:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _send(self, text: str, delay: int) -> None:
        from azure.core.exceptions import AzureError, ResourceNotFoundError  # noqa: PLC0415

        client = self._opened()
        try:
            try:
                _put(client, text, delay)
            except ResourceNotFoundError:
                _create(client)
                _put(client, text, delay)
        except AzureError as error:
            raise message_queue_error(error, client.queue_name) from error
        except UnicodeEncodeError as error:
            raise MessageQueueError(
                "A message is no valid text (half a surrogate pair) and can't be queued."
            ) from error

    def _count(self) -> int:
        from azure.core.exceptions import AzureError, ResourceNotFoundError  # noqa: PLC0415

        client = self._opened()
        try:
            return client.get_queue_properties().approximate_message_count or 0
        except ResourceNotFoundError:
            return 0
        except AzureError as error:
            raise message_queue_error(error, client.queue_name) from error

    def _opened(self) -> "QueueClient":
        with self._opening:
            if self._client is None:
                self._client = self._built()
            return self._client

    def _built(self) -> "QueueClient":
        try:
            return self._build()
        except ValueError as error:
            raise MessageQueueError(
                "It can't be told where the queues are: check AzureWebJobsStorage (a whole "
                "connection string) or AzureWebJobsStorage__queueServiceUri (an https address): "
                f"{error}"
            ) from error


def _put(client: "QueueClient", text: str, delay: int) -> None:
    # A message must outlive its delay, and its reader must have time for it after that.
    lifetime = max(7 * _DAY, delay + _DAY)
    client.send_message(text, visibility_timeout=delay, time_to_live=lifetime)


def _create(client: "QueueClient") -> None:
    from azure.core.exceptions import ResourceExistsError  # noqa: PLC0415 - cold start

    try:
        client.create_queue()
    except ResourceExistsError as error:  # another instance was faster
        if error_code(error) == "QueueBeingDeleted":
            raise


def _whole_seconds(delay: timedelta) -> int:
    # Rounded up: early would mean that what the message waits for is not there yet.
    return min(max(0, math.ceil(delay.total_seconds())), _LONGEST_DELAY)


class _Options(TypedDict):
    message_encode_policy: "TextBase64EncodePolicy"
    retry_policy: "ExponentialRetry"
    connection_timeout: int
    read_timeout: int


def _options(retries: int) -> _Options:
    from azure.storage.queue import (  # noqa: PLC0415 - cold start
        ExponentialRetry,
        TextBase64EncodePolicy,
    )

    return {
        "message_encode_policy": TextBase64EncodePolicy(),
        # The client's default waits for over a minute in all; a function has better things to do.
        "retry_policy": ExponentialRetry(
            initial_backoff=0, increment_base=2, retry_total=retries, random_jitter_range=1
        ),
        "connection_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
    }
