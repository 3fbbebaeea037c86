"""What a host is started with, and what it tells about its work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from local.host.queue_trigger import Outcome
from local.host.timer_trigger import Clock, WallClock
from local.worker.worker import OnLog


@dataclass(frozen=True, slots=True)
class HostEvent:
    """Something that a person who watches wants to know.

    Attributes:
        function: the function that it is about, empty for the host itself.
        outcome: what became of a run or a queue message; None for a remark.
        text: a sentence.
    """

    function: str
    outcome: Outcome | None
    text: str


@dataclass(slots=True)
class Drained:
    """What became of queue messages while the queues were drained.

    Attributes:
        ok: deliveries that succeeded.
        failed: deliveries that failed; their messages were tried again.
        poisoned: messages that went to a poison queue.
        lost: deliveries whose worker died, or whose message could not be settled.
        left: messages still in trigger queues at the end; not 0 only when time ran out.
    """

    ok: int = 0
    failed: int = 0
    poisoned: int = 0
    lost: int = 0
    left: int = 0

    def count(self, outcome: Outcome) -> None:
        """Adds one outcome."""
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)


@dataclass(frozen=True, slots=True)
class HostConfig:
    """How a host runs.

    Attributes:
        lease: how long a queue message is hidden while it runs (renewed meanwhile); after a crash
            it appears again when that is over. Whole seconds. The default is the extension's.
        max_restarts: how often a dead worker is replaced.
        on_log: told everything that the app logs or prints.
        on_event: told what becomes of runs and messages.
        clock: what the timers go by.
    """

    lease: timedelta = timedelta(minutes=10)
    max_restarts: int = 5
    on_log: OnLog | None = None
    on_event: Callable[[HostEvent], None] | None = None
    clock: Clock = field(default_factory=WallClock)

    def tell(self, event: HostEvent) -> None:
        """Passes an event on."""
        if self.on_event is not None:
            self.on_event(event)
