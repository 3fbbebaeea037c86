"""Keeps a received queue message hidden while it is being processed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from azure.core.exceptions import AzureError

from local.host.queue_storage import Received, StorageQueue


@asynccontextmanager
async def renewed(
    queue: StorageQueue,
    message: Received,
    lease: timedelta,
    on_error: Callable[[Received, AzureError], None],
) -> AsyncIterator[None]:
    """Renews the lease at half time, again and again, for the length of a with block.

    Args:
        queue: where the message is.
        message: the message; its receipt is kept up to date.
        lease: how long it is hidden by each renewal.
        on_error: told when a renewal failed; the next one is tried all the same.
    """
    over = asyncio.Event()
    renewal = asyncio.create_task(_renew(queue, message, lease, over, on_error))
    try:
        yield
    finally:
        # Not cancelled: a renewal under way changes the receipt that settling needs.
        over.set()
        await renewal


async def _renew(
    queue: StorageQueue,
    message: Received,
    lease: timedelta,
    over: asyncio.Event,
    on_error: Callable[[Received, AzureError], None],
) -> None:
    while not await _waited(over, lease.total_seconds() / 2):
        try:
            await queue.hide(message, lease)
        except AzureError as error:
            on_error(message, error)


async def _waited(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event came within the time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
