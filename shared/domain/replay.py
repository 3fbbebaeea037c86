"""May a message that was not acted upon be put into the queue again, or be discarded?"""

from datetime import datetime

from shared.domain.messages import RefusedMessageError, from_json
from shared.domain.runs import RefusedMessage

_REPLAYED = "replayed at"
_DISCARDED = "discarded at"


def replayed(now: datetime) -> str:
    """What `RefusedMessage.settled` says of a message that is in the queue again."""
    return f"{_REPLAYED} {now.isoformat(timespec='seconds')}"


def discarded(now: datetime) -> str:
    """What `RefusedMessage.settled` says of a message that nobody wants any more."""
    return f"{_DISCARDED} {now.isoformat(timespec='seconds')}"


def was_discarded(message: RefusedMessage) -> bool:
    """True when somebody discarded it."""
    return message.settled.startswith(_DISCARDED)


def reason_not_to_replay(message: RefusedMessage, *, site: str, now: datetime) -> str:
    """Why replaying can't help; empty when it can. A discarded message may be replayed."""
    if message.settled.startswith(_REPLAYED):
        return f"it was {message.settled} already; if that failed too, it is listed under a new id"
    try:
        from_json(message.body, site=site, now=now)
    except RefusedMessageError as error:
        return f"it would be refused as {error.refusal}: {error.detail}"
    return ""


def reason_not_to_discard(message: RefusedMessage) -> str:
    """Why there is nothing to discard; empty when there is."""
    return f"it was {message.settled}" if message.settled.startswith(_REPLAYED) else ""
