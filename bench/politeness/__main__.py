"""`python -m bench.politeness`: three instances at one site that can bear less and less.

Real workers, Azurite and the demo site over TLS; nothing but the site's faults is changed while
they release. Prints a row for every few seconds: how many requests were under way at most, the
limit on which the instances agreed, and how many requests were turned away.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local.azurite import run_azurite
from local.demo_settings import SEED_POLICY, site_settings
from local.demo_site.faults import Delay, DelayEach, Effect, Overload
from local.demo_site.site import DemoSite, default_world
from local.host.host import Host
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.politeness import Politeness
from shared.usecases.qrs_slots import SHARES

APP = Path(__file__).parents[2]
MOST = 8
HEAD = "| seconds | the site | most under way | limit | released | turned away |"
SITE = {
    "SITE_NAME": "bench",
    "LICENSE_RELEASE__CONFIRM_SITE": "bench",
    "LICENSE_RELEASE__ENABLED": "true",
    "LICENSE_RELEASE__DRY_RUN": "false",
    "LICENSE_RELEASE__MAX_PER_RUN": "1000000",
    "LICENSE_RELEASE__MAX_PERCENT_PER_RUN": "100",
}


@dataclass(frozen=True, slots=True)
class Phase:
    """What the site is like for a while."""

    name: str
    rows: int
    faults: tuple[Effect, ...]


PHASES = (
    Phase("at rest, 0.2 s a DELETE", 3, (Delay(0.2),)),
    Phase("503 above 3 at once", 8, (Delay(0.2), Overload(3))),
    Phase("at rest again", 18, (Delay(0.2),)),
    Phase("0.3 s for each under way", 8, (DelayEach(0.3),)),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that runs."""

    site: DemoSite
    ledger: TablesLedger
    hosts: list[Host]
    step: float

    async def run(self) -> bool:
        """Releases through all phases; True when nothing failed and the bound held."""
        planned = await self.hosts[0].run_timer("plan_releases")
        if not planned.succeeded:
            raise SystemExit(f"The plan failed: {planned.error}")
        _say(HEAD, "|---|---|---|---|---|---|")
        work = [asyncio.create_task(host.drain_queues(timedelta(hours=1))) for host in self.hosts]
        began, most = 0.0, 0
        for phase in PHASES:
            with self._faults(phase):
                for _ in range(phase.rows):
                    most = max(most, await self._row(began, phase))
                    began += self.step
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        _say("", f"At most {most} requests were under way; the setting is {MOST}.")
        return most <= MOST

    @contextmanager
    def _faults(self, phase: Phase) -> Iterator[None]:
        # The reads of the looks are as on a site at rest: only DELETEs are slow.
        on = [
            self.site.faults.inject(each, method="*" if isinstance(each, Overload) else "DELETE")
            for each in phase.faults
        ]
        yield
        for each in on:
            self.site.faults.remove(each)

    async def _row(self, began: float, phase: Phase) -> int:
        self.site.traffic.forget()
        self.site.log.clear()
        gone = len(self.site.world.deleted)
        await asyncio.sleep(self.step)
        state = await self.ledger.state(Politeness, SHARES) or Politeness()
        released = len(self.site.world.deleted) - gone
        refused = sum(entry.status == 503 for entry in self.site.log.entries())
        most = self.site.traffic.most
        span = f"{began:.0f} to {began + self.step:.0f}"
        limit = state.limit_now(MOST)
        _say(f"| {span} | {phase.name} | {most} | {limit} | {released} | {refused} |")
        return most


@asynccontextmanager
async def started(users: int, instances: int, step: float) -> AsyncIterator[Bench]:
    """The site, the storage, and the instances."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        azurite = stack.enter_context(run_azurite(folder / "azurite"))
        world = default_world(users)
        site = stack.enter_context(DemoSite.start(world=world, directory=folder))
        ledger = TablesLedger(
            "bench", TableAccess.from_connection_string(azurite.connection_string)
        )
        stack.callback(ledger.close)
        settings = {**SITE, **SEED_POLICY, **site_settings(site)}
        async with AsyncExitStack() as running:
            hosts = [
                await running.enter_async_context(
                    Host.start(APP, settings, storage=azurite.connection_string)
                )
                for _ in range(instances)
            ]
            yield Bench(site, ledger, hosts, step)


async def _measure(users: int, instances: int, step: float) -> bool:
    async with started(users, instances, step) as bench:
        return await bench.run()


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Returns the exit code: 1 when the bound did not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.politeness", description=__doc__)
    parser.add_argument("--users", type=int, default=20_000, help="users at the site")
    parser.add_argument("--instances", type=int, default=3, help="instances of the app")
    parser.add_argument("--step", type=float, default=5.0, help="seconds of a row")
    options = parser.parse_args()
    return int(not asyncio.run(_measure(options.users, options.instances, options.step)))


if __name__ == "__main__":
    sys.exit(main())
