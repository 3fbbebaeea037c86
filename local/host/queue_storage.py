"""A storage queue, in asyncio: azure-storage-queue's blocking client in threads."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import LinearRetry, QueueClient


@dataclass(slots=True)
class Received:
    """A message that was received and is hidden from others for a while.

    Attributes:
        message_id: its id.
        text: its text as it stands in the queue.
        dequeue_count: how often it was received, this time included.
        pop_receipt: proof of holding it; every change of visibility gives a new one.
        inserted: when it was put.
        expires: when the queue drops it.
        next_visible: when it appears again.
    """

    message_id: str
    text: str
    dequeue_count: int
    pop_receipt: str
    inserted: datetime | None
    expires: datetime | None
    next_visible: datetime | None


class StorageQueue:
    """One queue.

    The client sends and receives text as it stands; what is base64 is the caller's to know.
    """

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    @classmethod
    def connect(cls, connection_string: str, name: str) -> Self:
        """Names a queue; nothing is sent yet.

        Raises:
            ValueError: the connection string or the name is malformed.
        """
        # Short: a listener comes back by itself, and whoever stops the host should not wait.
        # One policy a client: the pipeline links its policies to each other.
        retry = LinearRetry(backoff=1, retry_total=2, random_jitter_range=0)
        client = QueueClient.from_connection_string(connection_string, name, retry_policy=retry)
        return cls(client)

    @property
    def name(self) -> str:
        """The queue's name."""
        return self._client.queue_name

    async def put(self, text: str) -> None:
        """Adds a message, and the queue when it is missing."""
        try:
            await asyncio.to_thread(self._client.send_message, text)
        except ResourceNotFoundError:
            await self.create()
            await asyncio.to_thread(self._client.send_message, text)

    async def create(self) -> None:
        """Creates the queue unless it is there."""
        try:
            await asyncio.to_thread(self._client.create_queue)
        except ResourceExistsError:
            return

    async def receive(self, count: int, lease: timedelta) -> list[Received]:
        """Takes up to `count` messages (at most 32) and hides them; a missing queue is empty."""

        def take() -> list[Received]:
            # One page is one request; a second page would wait for messages that came meanwhile.
            pages = self._client.receive_messages(
                messages_per_page=count, visibility_timeout=_seconds(lease)
            ).by_page()
            return [
                Received(
                    str(each.id),
                    str(each.content),
                    int(each.dequeue_count or 1),
                    str(each.pop_receipt),
                    each.inserted_on,
                    each.expires_on,
                    each.next_visible_on,
                )
                for each in next(pages, ())
            ]

        try:
            return await asyncio.to_thread(take)
        except ResourceNotFoundError:
            return []

    async def hide(self, message: Received, span: timedelta) -> None:
        """Lets the message appear again after `span` from now; updates its receipt.

        Raises:
            HttpResponseError: somebody else has received it since.
        """
        changed = await asyncio.to_thread(
            self._client.update_message,
            message.message_id,
            message.pop_receipt,
            visibility_timeout=_seconds(span),
        )
        message.pop_receipt = str(changed.pop_receipt)

    async def delete(self, message: Received) -> None:
        """Deletes the message.

        Raises:
            HttpResponseError: somebody else has received it since.
        """
        await asyncio.to_thread(
            self._client.delete_message, message.message_id, message.pop_receipt
        )

    async def count(self) -> int:
        """Counts the messages, hidden ones too; a missing queue has none."""
        try:
            properties = await asyncio.to_thread(self._client.get_queue_properties)
        except ResourceNotFoundError:
            return 0
        return properties.approximate_message_count or 0

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())
