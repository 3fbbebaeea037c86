"""Look after the messages that were not acted upon: list, explain, replay, discard.

It works on the storage account alone, whatever is wrong with the other settings.
"""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.errors import StewardError
from shared.domain.messages import Candidate, CandidateMessage, RefusedMessageError, read
from shared.domain.release import ReleaseRecord
from shared.domain.replay import (
    discarded,
    reason_not_to_discard,
    reason_not_to_replay,
    replayed,
    was_discarded,
)
from shared.domain.runs import RefusedMessage
from shared.usecases.ports import Clock, Ledger, MessageQueue


class UnknownMessageError(StewardError):
    """No message of that id is kept."""


class ReplayRefusedError(StewardError):
    """Replaying the message can't help; nothing was queued."""


class DiscardRefusedError(StewardError):
    """There is nothing to discard."""


@dataclass(frozen=True, slots=True)
class LicenseState:
    """A license of a message, and what the ledger says of it under the message's plan."""

    expected: Candidate
    release: ReleaseRecord | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A kept message, what it asks for, and what became of that.

    `request` is None, and there are no licenses, when the body can't be read as a message.
    `reason_not_to_replay` is empty when replaying can help.
    """

    message: RefusedMessage
    request: CandidateMessage | None
    licenses: tuple[LicenseState, ...]
    reason_not_to_replay: str


@dataclass(frozen=True, slots=True)
class PoisonMessages:
    """The messages of one site that were refused, or failed on every try."""

    site: str
    ledger: Ledger
    queue: MessageQueue
    clock: Clock

    async def kept(self) -> list[RefusedMessage]:
        """All of them, newest first."""
        return await self.ledger.refused_messages()

    async def explain(self, message_id: str) -> Explanation:
        """Everything that is known of one message.

        Raises:
            UnknownMessageError: there is none of that id.
        """
        message = await self._message(message_id)
        request = _request(message)
        return Explanation(
            message,
            request,
            await self._states(request) if request else (),
            reason_not_to_replay(message, site=self.site, now=self.clock()),
        )

    async def replay(self, message_id: str) -> RefusedMessage:
        """Put the message into the queue again, as it was; returns it with what was written down.

        It is put first and marked then: a crash in between can only queue it twice, which
        releases nothing twice.

        Raises:
            UnknownMessageError: there is none of that id.
            ReplayRefusedError: it would only be refused again.
        """
        message = await self._message(message_id)
        reason = reason_not_to_replay(message, site=self.site, now=self.clock())
        if reason:
            raise ReplayRefusedError(f"message {message_id} is not replayed: {reason}")
        await self.queue.put_back(message.body, timedelta(0))
        return await self._settle(message_id, replayed(self.clock()))

    async def discard(self, message_id: str) -> RefusedMessage:
        """Mark the message as nothing to act upon any more; its record stays.

        Raises:
            UnknownMessageError: there is none of that id.
            DiscardRefusedError: it was replayed.
        """
        message = await self._message(message_id)
        reason = reason_not_to_discard(message)
        if reason:
            raise DiscardRefusedError(f"message {message_id} is not discarded: {reason}")
        if was_discarded(message):
            return message
        return await self._settle(message_id, discarded(self.clock()))

    async def _message(self, message_id: str) -> RefusedMessage:
        found = await self.ledger.refused_message(message_id)
        if found is None:
            raise UnknownMessageError(
                f"no message {message_id!r} is kept for site {self.site}:"
                " `python -m local poison list` shows those that are"
            )
        return found

    async def _settle(self, message_id: str, how: str) -> RefusedMessage:
        await self.ledger.settle_message(message_id, how)
        return await self._message(message_id)

    async def _states(self, request: CandidateMessage) -> tuple[LicenseState, ...]:
        ids = [item.license_id for item in request.licenses]
        known = await self.ledger.releases(request.plan_id, ids)
        return tuple(LicenseState(item, known.get(item.license_id)) for item in request.licenses)


def _request(message: RefusedMessage) -> CandidateMessage | None:
    try:
        return read(message.body)
    except RefusedMessageError:
        return None  # the message's own refusal says why
