"""How long a fresh worker takes until it knows its functions: of this app, and of an empty one."""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.performance.empty_app import write_empty_app
from bench.performance.jobs import APP
from local.host.app_settings import worker_environment
from local.worker.invocation import FunctionMetadata
from local.worker.worker import Worker

RUNS = 15


class OtherTriggersError(Exception):
    """The empty app has other triggers, so it is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Seconds from the start of the process to the list of functions, of every run."""

    ours: tuple[float, ...]
    empty: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of this app."""
        return statistics.median(self.ours)

    @property
    def empty_median(self) -> float:
        """Of the app without code."""
        return statistics.median(self.empty)


async def measure_cold_start(runs: int = RUNS) -> ColdStart:
    """Start both apps in turn, so often; once more before, for the files' sake.

    Raises:
        OtherTriggersError: the empty app is not what it should be.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, functions = await _start(APP)
        write_empty_app(folder, functions, APP / "host.json")
        _, empty = await _start(folder)
        if _triggers(functions) != _triggers(empty):
            raise OtherTriggersError("the empty app has other triggers than this one")
        pairs = [((await _start(APP))[0], (await _start(folder))[0]) for _ in range(runs)]
    ours, empties = zip(*pairs, strict=True)
    return ColdStart(ours, empties)


async def _start(app: Path) -> tuple[float, list[FunctionMetadata]]:
    began = time.perf_counter()
    worker = await Worker.open(app, worker_environment({}))
    seconds = time.perf_counter() - began
    await worker.close()
    return seconds, worker.functions


def _triggers(functions: list[FunctionMetadata]) -> list[tuple[str, list[dict[str, object]]]]:
    def sorted_bindings(function: FunctionMetadata) -> list[dict[str, object]]:
        return sorted(map(dict, function.bindings), key=lambda each: str(each["type"]))

    return sorted((each.name, sorted_bindings(each)) for each in functions)
