"""The CALs and leases of one server, and what a start of a client does to them."""

import dataclasses
from datetime import datetime

from local.demo_qms.lease_rules import LeaseRules, Start, lasts, start
from local.demo_qms.records import Lease, NamedCal


class ServerCals:
    """By the folded name of the user; whoever uses it holds the world's lock."""

    def __init__(self) -> None:
        self.assigned: dict[str, NamedCal] = {}
        self.removed: dict[str, NamedCal] = {}
        self.leases: dict[str, list[Lease]] = {}

    def use(self, user: str, at: datetime) -> NamedCal:
        """Note that the user's CAL was used; an earlier use than the last changes nothing."""
        cal = self.assigned[user.casefold()]
        used = at if cal.last_used is None else max(at, cal.last_used)
        self.assigned[user.casefold()] = dataclasses.replace(cal, last_used=used)
        return cal

    def lease(self, user: str, machine: str, at: datetime, rules: LeaseRules) -> Start:
        """Start the client of a user who has a CAL; leases that are over go."""
        held = self.leases.get(user.casefold(), [])
        outcome = start(held, user, machine, at, rules)
        if outcome.lease is not None:
            going = (outcome.replaced,)
            name = outcome.lease.machine
            kept = [x for x in held if x not in going and x.machine != name and lasts(x, at, rules)]
            self.leases[user.casefold()] = [*kept, outcome.lease]
        return outcome

    def end_quarantines(self, now: datetime) -> None:
        """Forget the removed CALs that are free again."""
        self.removed = {
            key: cal
            for key, cal in self.removed.items()
            if cal.quarantined_until is None or now < cal.quarantined_until
        }
