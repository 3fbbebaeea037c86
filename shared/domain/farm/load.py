"""How evenly a farm is loaded, measured while sessions come and go.

A load is sessions per weight. Every session counts, with a lease or without: a client that was
refused runs on as Personal Edition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heapify, heapreplace
from itertools import accumulate

from shared.domain.farm.model import FarmServer

_HOUR = 3600.0

type _State = tuple[int, float]
"""(sessions on the farm, the highest load of a server)"""


@dataclass(frozen=True, slots=True)
class HourLoad:
    """The mean number of sessions on each server in the hour that starts `at`."""

    at: datetime
    sessions: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OverTime:
    """Max over mean at each moment, over some hours.

    Attributes:
        hours: how many.
        ratio: its mean, weighted by time.
        p95: not above this for 95 % of the time.
        peak: the highest.
        least: what `ratio` would be if sessions could be moved at any moment. It is above 1 as
            sessions are whole: four on three servers are two on one of them.
    """

    hours: float
    ratio: float
    p95: float
    peak: float
    least: float


@dataclass(frozen=True, slots=True)
class Load:
    """The load of a farm over some time. Ratios are max over mean of the servers; 1 is even.

    Attributes:
        hours: session-hours by server.
        hours_ratio: max over mean of the session-hours.
        busy: while at least half as many sessions run as at the busiest moment.
        in_use: while there is at least one session per server on average.
        peak_sessions: the most sessions on one server at once.
        hourly: for charts, without the empty hours before the first and after the last session.
    """

    hours: Mapping[str, float]
    hours_ratio: float
    busy: OverTime
    in_use: OverTime
    peak_sessions: int
    hourly: tuple[HourLoad, ...]


@dataclass(slots=True)
class LoadMeter:
    """Counts sessions per server and adds up what they load; times must not go back.

    Attributes:
        servers: the farm.
        running: sessions by server name; this is what placements look at.
    """

    servers: Sequence[FarmServer]
    running: dict[str, int]
    _now: float = 0.0
    _hour_ends: float = 0.0
    _hours: dict[str, float] = field(default_factory=dict)
    _hour: dict[str, float] = field(default_factory=dict)
    _hourly: list[HourLoad] = field(default_factory=list)
    _time_at: dict[_State, float] = field(default_factory=dict)
    _peak: int = 0

    @classmethod
    def starting(
        cls, servers: Sequence[FarmServer], at: datetime, running: Mapping[str, int] | None = None
    ) -> "LoadMeter":
        """A meter that starts now, perhaps with sessions that run already."""
        known = running or {}
        meter = cls(servers, {server.name: known.get(server.name, 0) for server in servers})
        meter._now = at.timestamp()
        meter._hour_ends = meter._now // _HOUR * _HOUR + _HOUR
        meter._hours = {server.name: 0.0 for server in servers}
        meter._hour = dict(meter._hours)
        meter._peak = max(meter.running.values())
        return meter

    def change(self, server: str, by: int, at: datetime) -> None:
        """A session starts (1) or ends (-1); one on a server outside the farm isn't measured."""
        if server not in self.running:
            return
        self.move(at)
        self.running[server] += by
        self._peak = max(self._peak, self.running[server])

    def move(self, at: datetime) -> None:
        """Time goes by until `at`."""
        until = at.timestamp()
        while until >= self._hour_ends:
            self._add(self._hour_ends)
            self._close_hour()
        self._add(until)

    def result(self) -> Load:
        """What was measured so far."""
        total_weight = sum(server.weight for server in self.servers)
        hours = {name: (self._hours[name] + self._hour[name]) / _HOUR for name in self._hours}
        mean = sum(hours.values()) / total_weight
        highest = max(hours[server.name] / server.weight for server in self.servers)
        busiest = max((sessions for sessions, _ in self._time_at), default=0)
        return Load(
            hours=hours,
            hours_ratio=highest / mean if mean else 1.0,
            busy=self._over_time(max(busiest / 2, 1)),
            in_use=self._over_time(len(self.servers)),
            peak_sessions=self._peak,
            hourly=self._chart(),
        )

    def _add(self, until: float) -> None:
        time = until - self._now
        if time <= 0:
            return
        self._now = until
        sessions, highest = 0, 0.0
        for server in self.servers:
            here = self.running[server.name]
            sessions += here
            highest = max(highest, here / server.weight)
            self._hour[server.name] += here * time
        if sessions:
            state = sessions, highest
            self._time_at[state] = self._time_at.get(state, 0.0) + time

    def _close_hour(self) -> None:
        started = datetime.fromtimestamp(self._hour_ends - _HOUR, UTC)
        self._hourly.append(HourLoad(started, {n: t / _HOUR for n, t in self._hour.items()}))
        for name, time in self._hour.items():
            self._hours[name] += time
            self._hour[name] = 0.0
        self._hour_ends += _HOUR

    def _chart(self) -> tuple[HourLoad, ...]:
        started = datetime.fromtimestamp(self._hour_ends - _HOUR, UTC)
        now = HourLoad(started, {n: t / _HOUR for n, t in self._hour.items()})
        rows = [*self._hourly, now]
        busy = [index for index, row in enumerate(rows) if any(row.sessions.values())]
        return tuple(rows[busy[0] : busy[-1] + 1]) if busy else ()

    def _over_time(self, sessions_at_least: float) -> OverTime:
        states = {s: time for s, time in self._time_at.items() if s[0] >= sessions_at_least}
        total = sum(states.values())
        if not total:
            return OverTime(0.0, 1.0, 1.0, 1.0, 1.0)
        weight = sum(server.weight for server in self.servers)
        least = _least_loads(self.servers, max(sessions for sessions, _ in states))
        rows = [
            (highest * weight / sessions, least[sessions] * weight / sessions, time)
            for (sessions, highest), time in states.items()
        ]
        return OverTime(
            hours=total / _HOUR,
            ratio=sum(ratio * time for ratio, _, time in rows) / total,
            p95=_quantile([(ratio, time) for ratio, _, time in rows], 0.95 * total),
            peak=max(ratio for ratio, _, _ in rows),
            least=sum(bound * time for _, bound, time in rows) / total,
        )


def _least_loads(servers: Sequence[FarmServer], most: int) -> list[float]:
    """The lowest possible load of the fullest server, by the number of sessions on the farm.

    Each next session goes where it raises the load least. No other way ends lower: a server that
    is filled up to a load holds all the sessions that fit below it.
    """
    queue = [(1 / server.weight, 1, server.weight) for server in servers]
    heapify(queue)
    least = [0.0]
    for _ in range(most):
        load, sessions, weight = queue[0]
        heapreplace(queue, ((sessions + 1) / weight, sessions + 1, weight))
        least.append(load)
    return least


def _quantile(rows: Sequence[tuple[float, float]], time: float) -> float:
    """The value that isn't exceeded for so much of the time; rows are (value, time)."""
    passed = accumulate(time_at for _, time_at in sorted(rows))
    values = (value for value, _ in sorted(rows))
    return next((v for v, sum_ in zip(values, passed, strict=True) if sum_ >= time), max(rows)[0])
