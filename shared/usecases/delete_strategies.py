"""How the licenses of a batch are deleted: one request each, or one selection for all."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from shared.domain.errors import HeldBackError, NoSlotError, QrsError
from shared.domain.model import LicenseType
from shared.domain.release_attempt import Attempt
from shared.usecases.ports import Qrs


class DeleteStrategy(Protocol):
    """Sends the DELETEs of a batch and notes each answer on its attempt.

    `may_delete` is asked right before each request is sent, after it waited for its turn; what was
    not sent is left untouched.
    """

    @property
    def batch_size(self) -> int:
        """How many licenses are looked at and deleted together."""
        ...

    @property
    def requests_at_once(self) -> int:
        """How many requests it would send at once, if it may."""
        ...

    @property
    def look_holds(self) -> timedelta:
        """How old a look may be when its licenses are deleted; after that they need another."""
        ...

    async def __call__(
        self,
        license_type: LicenseType,
        attempts: Sequence[Attempt],
        may_delete: Callable[[], bool],
    ) -> None:
        """Delete the licenses of the attempts."""
        ...


class OneByOne:
    """One DELETE a license; the connection bounds how many are under way at once."""

    # Small, so that a license is deleted within moments of the look that released it.
    batch_size = 50
    requests_at_once = 50
    look_holds = timedelta(seconds=10)

    def __init__(self, qrs: Qrs) -> None:
        self._qrs = qrs

    async def __call__(
        self,
        license_type: LicenseType,
        attempts: Sequence[Attempt],
        may_delete: Callable[[], bool],
    ) -> None:
        """Delete each license by its own request."""

        async def delete(attempt: Attempt) -> None:
            license_id = attempt.license_id
            try:
                answer = await self._qrs.delete_access_license(license_type, license_id, may_delete)
            except (NoSlotError, HeldBackError):
                return  # it was not sent; the next look says so to the whole message
            except QrsError as error:
                attempt.sent(error)
            else:
                attempt.sent(answer)

        await asyncio.gather(*map(delete, attempts))


class BySelection:
    """One selection for the batch (QRS fact 2e); whatever QRS answers, each license is read after.

    The kill switch is asked once a batch, for the selection goes as a whole.
    """

    batch_size = 100
    requests_at_once = 1
    # Longer: between the look and the DELETE the selection is made, and a slow site must get there.
    look_holds = timedelta(minutes=2)

    def __init__(self, qrs: Qrs) -> None:
        self._qrs = qrs

    async def __call__(
        self,
        license_type: LicenseType,
        attempts: Sequence[Attempt],
        may_delete: Callable[[], bool],
    ) -> None:
        """Delete all licenses by one selection of exactly these."""
        ids = [attempt.license_id for attempt in attempts]
        try:
            answer = await self._qrs.delete_selected(license_type, ids, may_delete)
        except (NoSlotError, HeldBackError):
            return  # the selection may be made, and none of its licenses is deleted
        except QrsError as error:
            for attempt in attempts:
                attempt.sent(error)
        else:
            for attempt in attempts:
                attempt.sent(answer)
