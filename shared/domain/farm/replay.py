"""Replays days of work on a farm: who is refused under each reading, and how even the load is.

What can't be known is not invented: a user who was refused works on in a Personal Edition on the
same server until the session's end, and the load counts it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

from shared.domain.farm.lease_book import LeaseBook
from shared.domain.farm.load import Load, LoadMeter
from shared.domain.farm.model import Session
from shared.domain.farm.placements import Placement
from shared.domain.farm.replay_result import Refusal, Refusals, ReplayResult
from shared.domain.farm.slots import farm_names, slots_by_user
from shared.domain.farm.working_days import checked_sessions, merged_days
from shared.domain.leases.model import Lease, LeaseRules, SlotReading
from shared.domain.leases.start_answer import Verdict
from shared.domain.never_release import fold

BOTH_READINGS = tuple(SlotReading)

type HeldLeases = Mapping[str, Sequence[Lease]]


@dataclass(frozen=True, slots=True)
class Change:
    """The farm changes while it works.

    Attributes:
        at: when; sessions that start then start under the new placement.
        place: the new placement, given the active leases at that moment by folded user (under the
            first of the readings that are replayed).
        lost: servers that fail: their sessions are cut and started again elsewhere at once.
    """

    at: datetime
    place: Callable[[HeldLeases], Placement]
    lost: frozenset[str] = frozenset()


def replay(
    sessions: Iterable[Session],
    placement: Placement,
    rules: LeaseRules,
    *,
    readings: Sequence[SlotReading] = BOTH_READINGS,
    leases: HeldLeases | None = None,
    changes: Iterable[Change] = (),
) -> ReplayResult:
    """Let the users work.

    Args:
        sessions: in any order.
        placement: where they start.
        rules: the rules of leases.
        readings: under which readings refusals are counted. The placement sees the load only, so
            the load is the same under all.
        leases: what users hold when the first session starts.
        changes: when the farm changes, and how it goes on.

    Raises:
        ValueError: there are no sessions, one ends before it starts or has no time zone, or the
            placement doesn't know a user.
    """
    work = checked_sessions(sessions)
    run = _Run(placement, rules, readings, leases, work[0].start)
    first = 0
    for change in sorted(changes, key=lambda change: change.at):
        last = next((i for i in range(first, len(work)) if work[i].start >= change.at), len(work))
        run.work(work[first:last])
        run.change(change)
        first = last
    run.work(work[first:])
    return run.result()


@dataclass(frozen=True, slots=True, order=True)
class _Running:
    end: datetime
    number: int
    user: str
    server: str
    leased: tuple[bool, ...]


class _Run:
    def __init__(
        self,
        placement: Placement,
        rules: LeaseRules,
        readings: Sequence[SlotReading],
        leases: HeldLeases | None,
        now: datetime,
    ) -> None:
        self._placement = placement
        names = farm_names(placement.servers, rules)
        held = slots_by_user(leases or {}, rules, names, now)
        self._books = {reading: LeaseBook(rules, reading, held) for reading in readings}
        self._refused: dict[SlotReading, list[Refusal]] = {reading: [] for reading in readings}
        self._meter = LoadMeter.starting(placement.servers, now)
        self._loads: list[Load] = []
        self._running: list[_Running] = []
        self._numbers = count()
        self._starts = 0

    def work(self, sessions: Sequence[Session]) -> None:
        for session in merged_days(sessions) if self._placement.one_session_a_day else sessions:
            self._end_until(session.start)
            self._start(session)

    def change(self, change: Change) -> None:
        self._end_until(change.at)
        self._meter.move(change.at)
        self._loads.append(self._meter.result())
        lost = {fold(name) for name in change.lost}
        cut = sorted(run for run in self._running if fold(run.server) in lost)
        self._running = [run for run in self._running if fold(run.server) not in lost]
        heapify(self._running)
        for run in cut:
            self._end_lease(run, change.at)
        first = next(iter(self._books.values()))
        self._placement = change.place(first.leases(change.at))
        running = Counter(run.server for run in self._running)
        self._meter = LoadMeter.starting(self._placement.servers, change.at, running)
        for run in cut:
            self._start(Session(run.user, change.at, run.end))

    def result(self) -> ReplayResult:
        while self._running:
            self._end(heappop(self._running))
        loads = (*self._loads, self._meter.result())
        refusals = {reading: Refusals(tuple(found)) for reading, found in self._refused.items()}
        return ReplayResult(self._placement.name, self._starts, refusals, loads)

    def _start(self, session: Session) -> None:
        user, at = session.user, session.start
        server = self._placement.choose(user, at, self._meter.running)
        self._meter.change(server, 1, at)
        self._starts += 1
        leased = []
        for reading, book in self._books.items():
            start = book.start(user, server, at)
            leased.append(start.verdict is not Verdict.REFUSED)
            if start.verdict is Verdict.REFUSED:
                self._refused[reading].append(Refusal(user, server, at, start.granted_from))
        run = _Running(session.end, next(self._numbers), user, server, tuple(leased))
        heappush(self._running, run)

    def _end_until(self, at: datetime) -> None:
        while self._running and self._running[0].end <= at:
            self._end(heappop(self._running))

    def _end(self, run: _Running) -> None:
        self._meter.change(run.server, -1, run.end)
        self._end_lease(run, run.end)

    def _end_lease(self, run: _Running, at: datetime) -> None:
        for book, leased in zip(self._books.values(), run.leased, strict=True):
            if leased:
                book.end(run.user, run.server, at)
