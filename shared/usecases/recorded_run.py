"""Remember how a run of a function went, so that the operator can ask for it later."""

from collections.abc import Awaitable
from typing import Protocol

from shared.domain.errors import StewardError
from shared.domain.runs import Run
from shared.usecases.ports import Clock, Ledger


class Summarized(Protocol):
    """A result that can be told in one line."""

    def summary(self) -> str:
        """One line for people."""
        ...


async def recorded[T: Summarized](
    function: str, work: Awaitable[T], *, ledger: Ledger, clock: Clock
) -> T:
    """Await `work` and save a `Run` with its summary, or with its error, which is raised again."""
    try:
        result = await work
    except StewardError as error:
        await ledger.save_run(Run(function, clock(), succeeded=False, summary=str(error)))
        raise
    await ledger.save_run(Run(function, clock(), succeeded=True, summary=result.summary()))
    return result
