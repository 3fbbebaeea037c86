"""The state of the demo's QlikView Servers. It may be read and changed from any thread."""

import dataclasses
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import uuid4

from local.demo_qms.behaviour import Behaviour
from local.demo_qms.lease_rules import LeaseRules, Start, lasts
from local.demo_qms.records import CalList, Lease, NamedCal, Server
from local.demo_qms.server_cals import ServerCals
from local.demo_site.people import Clock, utc_now


class World:
    """QlikView Servers with their named CALs and leases.

    A method that takes a `server` takes its id or its name; without one it is the first server.

    Attributes:
        clock: the time, UTC.
        behaviour: how QMS answers; may be replaced at any time.
        rules: how leases are given; may be replaced at any time.
    """

    def __init__(
        self,
        servers: Iterable[Server] = (),
        *,
        clock: Clock = utc_now,
        behaviour: Behaviour | None = None,
        rules: LeaseRules | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._servers: dict[str, Server] = {}
        self._cals: dict[str, ServerCals] = {}
        self.clock = clock
        self.behaviour = behaviour or Behaviour()
        self.rules = rules or LeaseRules()
        for server in servers:
            self.add_server(server)

    def now(self) -> datetime:
        """The time by the world's clock."""
        return self.clock()

    def servers(self) -> list[Server]:
        """All servers in the order in which they came."""
        with self._lock:
            return list(self._servers.values())

    def add_server(self, server: Server) -> Server:
        """Add a server without any CALs."""
        with self._lock:
            self._servers[server.id] = server
            self._cals[server.id] = ServerCals()
            return server

    def new_server(self, name: str, in_license: int = 100) -> Server:
        """Add a server of that name with so many named CALs in its license."""
        host = name.partition("@")[2] or name
        return self.add_server(Server(str(uuid4()), name, f"http://{host}:4747/", in_license))

    def change_server(self, server: str | None, change: Callable[[Server], Server]) -> Server:
        """Change a server, e.g. `lambda s: dataclasses.replace(s, reachable=False)`."""
        with self._lock:
            old = self.server(server)
            self._servers[old.id] = dataclasses.replace(change(old), id=old.id)
            return self._servers[old.id]

    def server(self, server: str | None = None) -> Server:
        """The server of that id or name.

        Raises:
            KeyError: there is none.
        """
        with self._lock:
            for found in self._servers.values():
                if server is None or server.casefold() in {
                    found.id.casefold(),
                    found.name.casefold(),
                }:
                    return found
        raise KeyError(server)

    def cal_list(self, server: str | None = None) -> CalList:
        """The CALs of a server at this moment; quarantines that are over are gone."""
        with self._lock:
            found = self.server(server)
            cals = self._cals[found.id]
            cals.end_quarantines(self.now())
            return CalList(
                found,
                tuple(cals.assigned.values()),
                tuple(x for held in cals.leases.values() for x in held if self._lists(x)),
                tuple(cals.removed.values()),
            )

    def cals_of(self, user: str, server: str | None = None) -> CalList:
        """The CALs of one user on one server; a `CalList` with at most one named CAL."""
        with self._lock:
            found = self.server(server)
            cals = self._cals[found.id]
            cals.end_quarantines(self.now())
            key = user.casefold()
            return CalList(
                found,
                (cals.assigned[key],) if key in cals.assigned else (),
                tuple(x for x in cals.leases.get(key, ()) if self._lists(x)),
                (cals.removed[key],) if key in cals.removed else (),
            )

    def assign_cal(
        self, user: str, server: str | None = None, *, last_used: datetime | None = None
    ) -> NamedCal:
        """Assign a named CAL; one that the user had and that is in quarantine comes back.

        Raises:
            ValueError: none is free.
        """
        with self._lock:
            found = self.server(server)
            cals = self._cals[found.id]
            cals.end_quarantines(self.now())
            old = cals.removed.pop(user.casefold(), None) or cals.assigned.get(user.casefold())
            if old is None and len(cals.assigned) + len(cals.removed) >= found.may_assign:
                raise ValueError(f"{found.name} has no named CAL left for {user}")
            used = last_used or (old.last_used if old else None)
            cals.assigned[user.casefold()] = NamedCal(old.user if old else user, used)
            return cals.assigned[user.casefold()]

    def remove_cal(
        self, user: str, server: str | None = None, *, at: datetime | None = None
    ) -> None:
        """Take a named CAL away; one that was used stays in quarantine (fact 3.7).

        Its leases last on (fact 3.6).

        Raises:
            KeyError: the user has none.
        """
        with self._lock:
            cals = self._cals[self.server(server).id]
            old = cals.assigned.pop(user.casefold())
            if old.last_used is not None:
                until = (at or self.now()) + self.behaviour.quarantine
                cals.removed[user.casefold()] = dataclasses.replace(old, quarantined_until=until)

    def open_in_server(
        self, user: str, machine: str, at: datetime | None = None, server: str | None = None
    ) -> Start:
        """Start the client on a machine and open a document of the server."""
        moment = at or self.now()
        with self._lock:
            found = self.server(server)
            cals = self._cals[found.id]
            if user.casefold() not in cals.assigned and not self._assigned_by_itself(found, user):
                return Start("refused", "the user has no named CAL")
            cal = cals.use(user, moment)
            if not found.allow_lease:
                return Start("refused", "the server does not lease licenses")
            return cals.lease(cal.user, machine, moment, self.rules)

    def put_leases(self, leases: Iterable[Lease], server: str | None = None) -> None:
        """Write leases down as they are, by no rule."""
        with self._lock:
            cals = self._cals[self.server(server).id]
            for lease in leases:
                cals.leases.setdefault(lease.user.casefold(), []).append(lease)

    def put_cals(self, cals: Iterable[NamedCal], server: str | None = None) -> None:
        """Write assigned CALs down as they are, by no rule."""
        with self._lock:
            place = self._cals[self.server(server).id].assigned
            place.update((cal.user.casefold(), cal) for cal in cals)

    def _assigned_by_itself(self, server: Server, user: str) -> bool:
        if not server.allow_dynamic:
            return False
        try:
            self.assign_cal(user, server.id)
        except ValueError:
            return False
        return True

    def _lists(self, lease: Lease) -> bool:
        return self.behaviour.lists_expired or lasts(lease, self.now(), self.rules)
