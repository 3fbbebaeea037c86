"""This app at work: plans and a release in the real worker, and what they cost."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from azure.storage.queue import QueueClient

from bench.performance.figures import Cost, quickest
from bench.performance.jobs import APP
from bench.performance.processes import cpu_seconds, forget_peak, peak_mb
from local.demo_site.request_log import Entry
from local.demo_site.site import DemoSite
from local.host.events import HostConfig, HostEvent
from local.host.host import Host
from local.worker.invocation import LogLine

_PATIENCE = timedelta(minutes=10)
_QUEUE = "release-candidates"


class AppFailedError(Exception):
    """The app did not do what was to be measured; what it said is in the text."""


@dataclass(frozen=True, slots=True)
class AppCost:
    """The first plan of a worker, the quickest of the later ones, and the release of the last."""

    first_plan: Cost
    plan: Cost
    release: Cost


@dataclass(slots=True)
class _Watched:
    """What the app says, and when the last message was done."""

    last: float = 0.0
    said: list[str] = field(default_factory=list)

    def on_event(self, event: HostEvent) -> None:
        if event.function == "release_licenses":
            self.last = time.perf_counter()

    def on_log(self, line: LogLine) -> None:
        if line.level in {"WARNING", "ERROR", "CRITICAL"} and not line.is_system:
            self.said.append(line.message)


class Steward:
    """The app in one worker."""

    def __init__(self, host: Host, site: DemoSite, storage: str, watched: _Watched) -> None:
        self._host = host
        self._site = site
        self._storage = storage
        self._watched = watched

    @classmethod
    @asynccontextmanager
    async def start(
        cls, site: DemoSite, settings: dict[str, str], storage: str
    ) -> AsyncIterator["Steward"]:
        """A fresh worker."""
        watched = _Watched()
        config = HostConfig(on_log=watched.on_log, on_event=watched.on_event)
        async with Host.start(APP, settings, storage=storage, config=config) as host:
            yield cls(host, site, storage, watched)

    async def work(self, plans: int) -> AppCost:
        """Make plans, at least two, and carry out the last.

        Raises:
            AppFailedError: a plan failed, or the release left something undone.
        """
        first = await self._plan()
        later = []
        for _ in range(plans - 1):
            self._forget_messages()
            later.append(await self._plan())
        return AppCost(first, quickest(later), await self._release())

    async def _plan(self) -> Cost:
        self._site.log.clear()
        cpu, began = cpu_seconds(self._pid), time.perf_counter()
        result = await self._host.run_timer("plan_releases")
        seconds = time.perf_counter() - began
        if not result.succeeded:
            raise AppFailedError(f"the plan failed: {result.error}")
        return self._cost(seconds, cpu)

    async def _release(self) -> Cost:
        self._site.log.clear()
        forget_peak(self._pid)
        cpu, began = cpu_seconds(self._pid), time.perf_counter()
        drained = await self._host.drain_queues(_PATIENCE)
        if drained.left or drained.failed or drained.poisoned or drained.lost or not drained.ok:
            raise AppFailedError(f"the release is not done: {drained} {self._watched.said[-3:]}")
        return self._cost(self._watched.last - began, cpu)

    def _cost(self, seconds: float, cpu_before: float) -> Cost:
        routes = routes_of(self._site.log.entries())
        return Cost(
            seconds=seconds,
            cpu_seconds=cpu_seconds(self._pid) - cpu_before,
            requests=sum(routes.values()),
            routes=routes,
            peak_mb=peak_mb(self._pid),
        )

    def _forget_messages(self) -> None:
        with QueueClient.from_connection_string(self._storage, _QUEUE) as queue:
            queue.clear_messages()

    @property
    def _pid(self) -> int:
        pid = self._host.worker_pid
        if pid is None:
            raise AppFailedError("there is no worker")
        return pid


def routes_of(entries: Iterable[Entry]) -> dict[str, int]:
    """Requests by method and route, both access types together."""
    return dict(
        Counter(
            f"{entry.method} {entry.route}".replace("professionalaccess", "{type}access").replace(
                "analyzeraccess", "{type}access"
            )
            for entry in entries
        )
    )
