"""Measures one case: the app, the usual way and the floor, one after the other on one site."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.performance.cases import Case
from bench.performance.figures import Measured, quickest
from bench.performance.jobs import Candidate, ClientResult, Job, run_client
from bench.performance.steward import AppCost, Steward
from local.azurite import run_azurite
from local.demo_settings import SEED_POLICY, site_settings
from local.demo_site.faults import Delay
from local.demo_site.records import LicenseType
from local.demo_site.site import DemoSite, default_world

USUAL_WAY, FLOOR = "bench.performance.usual_way", "bench.performance.floor"


class DisagreementError(Exception):
    """Two ways to do the same work did not do the same: their times can't be compared."""


@dataclass(frozen=True, slots=True)
class Round:
    """What app and floor did to the same licenses, one right after the other."""

    candidates: tuple[Candidate, ...]
    single: AppCost
    selection: AppCost
    floor: ClientResult


@dataclass(frozen=True, slots=True)
class Bench:
    """A site that is as slow as the case says, and a storage account."""

    case: Case
    site: DemoSite
    storage: str

    @classmethod
    @contextmanager
    def start(cls, case: Case) -> Iterator["Bench"]:
        """Run both until the block ends."""
        with (
            tempfile.TemporaryDirectory() as name,
            run_azurite() as azurite,
            DemoSite.start(world=default_world(case.users), directory=Path(name)) as site,
        ):
            if case.delay_ms:
                site.faults.inject(Delay(case.delay_ms / 1000))
            yield cls(case, site, azurite.connection_string)

    async def measure(self) -> Measured:
        """Everything, each on the same population.

        Raises:
            AppFailedError, ClientFailedError: one of them did not do its work.
            DisagreementError: they did not release the same licenses.
        """
        rounds = [await self._round(number) for number in range(self.case.rounds)]
        candidates = rounds[0].candidates
        sampled = candidates if self.case.sample else ()
        usual = await run_client(USUAL_WAY, self._job(sampled, self.case.sample))
        self._check_usual_way(self._taken_back(), candidates)
        return self._measured(rounds, usual)

    async def _round(self, number: int) -> "Round":
        """App and floor, one right after the other."""
        single = await self._app("single", number)
        candidates = self._taken_back()
        selection = await self._app("selection", number)
        self._must_be_the_same("the selection strategy", self._taken_back(), candidates)
        floor = await run_client(FLOOR, self._job(candidates, 0))
        self._must_be_the_same("the floor", self._taken_back(), candidates)
        return Round(candidates, single, selection, floor)

    def _measured(self, rounds: Sequence["Round"], usual: ClientResult) -> Measured:
        return Measured(
            licensed=self.case.licensed,
            delay_ms=self.case.delay_ms,
            licenses=sum(len(self.site.world.held(kind)) for kind in LicenseType),
            released=len(rounds[0].candidates),
            first_plan=quickest(each.single.first_plan for each in rounds),
            plan=quickest(each.single.plan for each in rounds),
            release=quickest(each.single.release for each in rounds),
            selection=quickest(each.selection.release for each in rounds),
            usual_plan=usual.plan,
            usual_release=usual.release,
            floor_plan=quickest(each.floor.plan for each in rounds),
            floor_release=quickest(each.floor.release for each in rounds),
        )

    async def _app(self, strategy: str, number: int) -> AppCost:
        # A site name of its own: the day's budget of the run before is used up.
        name = f"bench-{strategy}-{number}"
        settings = {
            **SEED_POLICY,
            **site_settings(self.site),
            "SITE_NAME": name,
            "LICENSE_RELEASE__ENABLED": "true",
            "LICENSE_RELEASE__DRY_RUN": "false",
            "LICENSE_RELEASE__CONFIRM_SITE": name,
            "LICENSE_RELEASE__DELETE_STRATEGY": strategy,
            "LICENSE_RELEASE__MAX_PER_RUN": str(self.case.release),
            "LICENSE_RELEASE__MAX_PERCENT_PER_RUN": "100",
        }
        async with Steward.start(self.site, settings, self.storage) as steward:
            return await steward.work(self.case.plans)

    def _taken_back(self) -> tuple[Candidate, ...]:
        """What was released since it was asked last; it is as it was then."""
        deleted = list(self.site.world.deleted)
        self.site.world.undo_deletions()
        return tuple(
            Candidate(each.type.value, each.license_id, each.before.license.user_id or "")
            for each in deleted
        )

    def _job(self, candidates: tuple[Candidate, ...], sample: int) -> Job:
        files = self.site.certificates
        return Job(
            host=self.site.host,
            port=self.site.port,
            root=str(files.root),
            client=str(files.client),
            client_key=str(files.client_key),
            release=self.case.release,
            sample=sample,
            candidates=candidates,
        )

    def _check_usual_way(
        self, deleted: tuple[Candidate, ...], expected: tuple[Candidate, ...]
    ) -> None:
        if not self.case.sample:
            self._must_be_the_same("the usual way", deleted, expected)
        elif not deleted or not set(deleted) <= set(expected):
            raise DisagreementError("the sample of the usual way is none of what the app released")

    def _must_be_the_same(
        self, who: str, found: tuple[Candidate, ...], expected: tuple[Candidate, ...]
    ) -> None:
        if not expected or set(found) != set(expected):
            differing = len(set(found) ^ set(expected))
            raise DisagreementError(
                f"{who} released {len(found)} licenses, the app {len(expected)}; {differing} differ"
            )
