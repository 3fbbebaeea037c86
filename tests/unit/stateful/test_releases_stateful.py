"""Releases under every interleaving, fault and change of the world that hypothesis thinks of."""

import os

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.unit.stateful.accounting import account, drain, finish, run_everything_again
from tests.unit.stateful.changing_world import ChangingWorld, any_number
from tests.unit.stateful.steps import Fault
from tests.unit.stateful.worker import Worker

WORKERS_AT_ONCE = 2
TO_THE_DELETE = -1
any_steps = st.integers(0, 14) | st.just(TO_THE_DELETE)


class Releases(ChangingWorld):
    """The world, and workers with all their faults, in any order."""

    @precondition(lambda self: self.world.queue.visible() and self.has_room())
    @rule(number=any_number, steps=any_steps)
    def deliver(self, number: int, steps: int) -> None:
        """A message that waits is delivered, perhaps to a second worker at the same time."""
        visible = self.world.queue.visible()
        self._go_on(self.app.deliver(visible[number % len(visible)]), steps)

    @precondition(lambda self: self.world.queue.messages and self.has_room())
    @rule(number=any_number, steps=any_steps)
    def deliver_once_more(self, number: int, steps: int) -> None:
        """A message that was ever queued is there twice, whatever became of the first."""
        messages = self.world.queue.messages[::-1]
        twin = self.world.queue.add(messages[number % len(messages)].body)
        self._go_on(self.app.deliver(twin), steps)

    @precondition(lambda self: self.world.queue.visible() and self.has_room())
    @rule(number=any_number, one=any_steps, two=any_steps)
    def deliver_side_by_side(self, number: int, one: int, two: int) -> None:
        """The same message, or two of them, are worked at the same time."""
        while self.has_room() and self.world.queue.visible():
            visible = self.world.queue.visible()
            self.app.deliver(visible[number % len(visible)])
        for worker, steps in zip(list(self.app.workers), (one, two), strict=False):
            self._go_on(worker, steps)

    @precondition(lambda self: self.app.workers)
    @rule(worker=any_number, steps=any_steps, which=any_number)
    def go_on(self, worker: int, steps: int, which: int) -> None:
        """A worker takes some steps; of several that are ready, any may be the next."""
        self._go_on(self._worker(worker), steps, which)

    @precondition(lambda self: self.app.workers)
    @rule(worker=any_number)
    def go_on_to_the_end(self, worker: int) -> None:
        """A worker finishes."""
        finish(self.app, self._worker(worker))

    @precondition(lambda self: self.app.workers)
    @rule(worker=any_number, steps=any_steps, which=any_number, fault=st.sampled_from(Fault))
    def go_on_with_a_fault(self, worker: int, steps: int, which: int, fault: Fault) -> None:
        """A request fails, is refused, or its answer gets lost; then the worker goes on."""
        chosen = self._worker(worker)
        self.app.go_on(chosen, which, fault)
        self._go_on(chosen, steps)

    @precondition(lambda self: self.app.workers)
    @rule(worker=any_number, steps=any_steps)
    def a_worker_dies(self, worker: int, steps: int) -> None:
        """A process ends at whichever step it is; its message comes again."""
        chosen = self._worker(worker)
        self._go_on(chosen, steps)
        if not chosen.done:
            self.app.kill(chosen)

    @invariant()
    def nothing_forbidden_happened(self) -> None:
        """No DELETE against the rules, no cap passed, no record overwritten."""
        if hasattr(self, "world"):
            assert not self.world.violations, self.world.violations

    @invariant()
    def every_license_is_accounted_for(self) -> None:
        """Each license of a consumed message is in the ledger, the queue or a refused message."""
        if hasattr(self, "world"):
            account(self.world, at_the_end=False)

    def teardown(self) -> None:
        """Heal the world, drain the queue, account for everything, and run everything again."""
        if not hasattr(self, "app"):
            return
        try:
            if not self.world.violations:
                drain(self.app)
                account(self.world, at_the_end=True)
                run_everything_again(self.app)
                account(self.world, at_the_end=True)
                self.nothing_forbidden_happened()
        finally:
            self.app.close()

    def has_room(self) -> bool:
        """True while another worker may start."""
        return len(self.app.workers) < WORKERS_AT_ONCE

    def _go_on(self, worker: Worker, steps: int, which: int = 0) -> None:
        """Take that many steps, or go on until a DELETE is about to arrive."""
        taken = 0
        while not worker.done and taken != steps:
            if steps == TO_THE_DELETE and worker.steps.waiting[0].name == "DELETE":
                return
            self.app.go_on(worker, which)
            taken += 1

    def _worker(self, number: int) -> Worker:
        return self.app.workers[number % len(self.app.workers)]


pytestmark = pytest.mark.timeout(3600)  # the long search is meant to be long
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "short")
TestReleases = Releases.TestCase
TestReleases.settings = settings.get_profile(_PROFILE)
