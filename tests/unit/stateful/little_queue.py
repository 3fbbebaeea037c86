"""A little queue that delivers at least once, in any order, as late as the test likes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.unit.fakes import ManualTime

MAX_DEQUEUE_COUNT = 5


@dataclass
class Queued:
    """A message; `consumed` once a worker finished it or it went to the poison queue."""

    message_id: str
    body: str
    visible_at: datetime
    dequeue_count: int = 0
    consumed: bool = False


@dataclass
class LittleQueue:
    """Keeps every message that ever was in it, so that any can be delivered once more."""

    time: ManualTime
    messages: list[Queued] = field(default_factory=list)

    async def put_back(self, text: str, delay: timedelta) -> None:
        """Add a message that appears after the delay."""
        self.add(text, delay)

    def add(self, text: str, delay: timedelta = timedelta(0)) -> Queued:
        """Add a message."""
        queued = Queued(f"m{len(self.messages)}", text, self.time.now + delay)
        self.messages.append(queued)
        return queued

    def visible(self) -> list[Queued]:
        """What can be delivered now."""
        return [x for x in self.waiting() if x.visible_at <= self.time.now]

    def waiting(self) -> list[Queued]:
        """What is not consumed, visible or not."""
        return [x for x in self.messages if not x.consumed]

    def consumed(self) -> list[Queued]:
        """What is done."""
        return [x for x in self.messages if x.consumed]
