"""Steps: each wait of a worker on the outside world, let go one by one as the test chooses."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

_LOOPS_UNTIL_QUIET = 8  # a chain of tasks in a gather needs four to hand a result on


class WorkerDiedError(BaseException):
    """Stands for the end of a process: nothing after it is executed."""


class Fault(Enum):
    """What goes wrong with a request at a step; before its effect or, at the answer, after it."""

    FAILS = auto()
    DENIED = auto()
    LOST = auto()
    NO_SLOT = auto()


@dataclass
class Step:
    """Where a worker waits."""

    name: str
    future: asyncio.Future[Fault | None]


class Steps:
    """The steps of one worker. A dead worker takes no step any more."""

    def __init__(self) -> None:
        self.waiting: list[Step] = []
        self.dead = False

    async def reach(self, name: str) -> Fault | None:
        """Wait until the test lets this step go; returns what goes wrong with it."""
        if self.dead:
            raise WorkerDiedError
        step = Step(name, asyncio.get_running_loop().create_future())
        self.waiting.append(step)
        return await step.future

    def go_on(self, which: int = 0, fault: Fault | None = None) -> None:
        """Let one of the waiting steps go."""
        step = self.waiting.pop(which % len(self.waiting))
        step.future.set_result(fault)

    def die(self) -> None:
        """End the worker wherever it waits."""
        self.dead = True
        for step in self.waiting:
            step.future.set_exception(WorkerDiedError())
        self.waiting.clear()


class Stepwise:
    """A port whose every call is two steps: one before its effect and one before its answer."""

    def __init__(self, port: object, steps: Steps, failure: type[Exception]) -> None:
        self._port, self._steps, self._failure = port, steps, failure

    def __getattr__(self, name: str) -> object:
        """The port's method in steps; what is no coroutine stays as it is."""
        method = getattr(self._port, name)
        if not inspect.iscoroutinefunction(method):
            return method
        return self._in_steps(name, method)

    def _in_steps[**P, R](
        self, name: str, method: Callable[P, Awaitable[R]]
    ) -> Callable[P, Awaitable[R]]:
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            await self._step(name)
            answer = await method(*args, **kwargs)
            await self._step(f"{name} answered")
            return answer

        return call

    async def _step(self, name: str) -> None:
        if await self._steps.reach(name):
            raise self._failure(f"{name} failed")


async def quiet() -> None:
    """Let everything run that can, until all workers wait at a step or are done."""
    for _ in range(_LOOPS_UNTIL_QUIET):
        await asyncio.sleep(0)
