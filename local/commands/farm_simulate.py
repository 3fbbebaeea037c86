"""`farm simulate`: placements side by side on real or made-up working days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from local.commands.progress import working
from local.commands.show import Printer, short
from local.commands.show_simulation import Simulation, about, print_simulation, simulation_row
from local.farm.comparison import all_placements, replayed
from local.farm.errors import FarmError
from local.farm.new_file import NewFile
from local.farm.plan_csv import read_plan
from local.farm.server_list import NamedServer, servers_or_count, weighed
from local.farm.sessions_csv import read_sessions
from local.farm.workload import made_up_sessions, user_names
from local.host.app_settings import read_settings_file, worker_environment
from shared.adapters.report import render_farm_page
from shared.app import utc_now
from shared.domain.farm.model import FarmPlan, Session
from shared.domain.farm.plan import make_plan
from shared.domain.leases.model import LeaseRules
from shared.domain.never_release import fold
from shared.settings import load_settings
from shared.settings.rules import lease_rules

_USERS, _SERVERS = 500, "6"


@dataclass(frozen=True, slots=True)
class SimulateFarm:
    """What the command line asks for, by the names of its options."""

    sessions: Path | None
    plan: Path | None
    servers: Sequence[NamedServer] | None
    users_count: int | None
    days: int
    sessions_per_day: int
    seed: int
    settings: Path | None
    html: Path | None
    force: bool
    json: bool


def simulate_farm(options: SimulateFarm, printer: Printer) -> None:
    """Do what the options say.

    Raises:
        StewardError: an input can't be used, or a file is there already.
        SettingsError: the settings file can't be read.
    """
    page = NewFile(options.html, options.force) if options.html else None
    if page:
        page.check()
    done = _simulated(options)
    if page:
        made_at = f"{short(utc_now())} UTC"
        html = render_farm_page(done.results, about=about(done), made_at=made_at)
        page.write(html.encode())
    if options.json:
        printer.json(simulation_row(done))
    else:
        print_simulation(printer, done)


def _simulated(options: SimulateFarm) -> Simulation:
    given = read_plan(options.plan) if options.plan else None
    users, sessions = _work(options, given)
    rules = _rules(options)
    try:
        with working("Planning", quiet=options.json) as begins:
            plan = _without_waits(given) if given else _new_plan(options, users, sessions, rules)
            placements = all_placements(plan.servers, users, plan)
            results = replayed(placements, sessions, rules, begins)
    except ValueError as error:
        raise FarmError(str(error)) from error
    return Simulation(plan, users, sessions, results)


def _work(options: SimulateFarm, plan: FarmPlan | None) -> tuple[Sequence[str], Sequence[Session]]:
    if options.sessions:
        sessions = read_sessions(options.sessions)
        names = {fold(session.user): session.user for session in sessions}
        return [names[key] for key in sorted(names)], sessions
    if plan:
        users: Sequence[str] = [binding.user for binding in plan.bindings]
    else:
        users = user_names(options.users_count or _USERS)
    made_up = made_up_sessions(
        users, options.days, sessions_a_day=options.sessions_per_day, seed=options.seed
    )
    return users, made_up


def _new_plan(
    options: SimulateFarm, users: Sequence[str], sessions: Sequence[Session], rules: LeaseRules
) -> FarmPlan:
    servers = weighed(options.servers or servers_or_count(_SERVERS), None)
    now = min((session.start for session in sessions), default=None)
    if now is None:
        raise FarmError("there are no sessions on these days: give more days")
    return make_plan(users, servers, rules=rules, now=now).plan


def _without_waits(plan: FarmPlan) -> FarmPlan:
    """The replay begins without leases, so nobody has to wait for one to run out."""
    return replace(plan, bindings=tuple(replace(b, ready_at={}) for b in plan.bindings))


def _rules(options: SimulateFarm) -> LeaseRules:
    if options.settings is None:
        return LeaseRules()
    return lease_rules(load_settings(worker_environment(read_settings_file(options.settings))))
