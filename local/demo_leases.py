"""QlikView in the demo: how to reach it, a made-up past, and a morning's work on the farm."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from local.demo_qms import DemoQms, World
from shared.domain.leases.history import LeaseCounts, LeaseLook
from shared.domain.leases.machines import machine_names
from shared.domain.leases.model import CalConfiguration, Lease, LeaseRules
from shared.domain.leases.survey import lease_counts, survey
from shared.usecases.ports import LeaseLedger

DAYS = 20
EVERY = timedelta(hours=6)


def qlikview_settings(qms: DemoQms, password_file: Path) -> dict[str, str]:
    """How to reach a demo QMS, as an operator would write it; writes the password into a file."""
    password_file.write_text(qms.password)
    return {
        "QLIKVIEW__URL": qms.url,
        "QLIKVIEW__API": "12.7",
        "QLIKVIEW__USER": qms.user,
        "QLIKVIEW__PASSWORD_FILE": str(password_file),
    }


def work_a_morning(world: World, seed: int = 1) -> int:
    """A third of the users on the load-balanced server start the client; returns how many."""
    dice = random.Random(seed)  # noqa: S311 - a demo, and the same one each time
    server = world.servers()[0].name
    leases = world.cal_list(server).leases
    machines = sorted({lease.machine for lease in leases if lease.machine.startswith("CTX")})
    users = sorted({lease.user for lease in leases})
    starting = dice.sample(users, len(users) // 3)
    for user in starting:
        world.open_in_server(user, dice.choice(machines), world.now(), server)
    return len(starting)


async def write_lease_history(ledger: LeaseLedger, rules: LeaseRules, look: LeaseLook) -> int:
    """Write counts of the days before a look, from when its leases were given; returns how many."""
    counts = list(_history(rules, look))
    for each in counts:
        await ledger.save_lease_counts(each)
    return len(counts)


def _history(rules: LeaseRules, look: LeaseLook) -> Iterator[LeaseCounts]:
    steps = int(timedelta(days=DAYS) / EVERY)
    names = machine_names(rules, look.servers)
    for step in range(steps, 0, -1):
        at = look.taken_at - step * EVERY
        surveys = [survey(_as_of(config, at), rules, at, names) for config in look.servers]
        yield lease_counts(look.site, at, surveys)


def _as_of(config: CalConfiguration, at: datetime) -> CalConfiguration:
    leases = [_lease_as_of(lease, at) for lease in config.leases or ()]
    return replace(config, leases=tuple(lease for lease in leases if lease))


def _lease_as_of(lease: Lease, at: datetime) -> Lease | None:
    if lease.leased_at is None or lease.leased_at > at:
        return None
    used = lease.last_used if lease.last_used and lease.last_used <= at else None
    return replace(lease, last_used=used)
