"""`farm plan`: make the plan, show it, write it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.commands.options import DEFAULT_SETTINGS
from local.commands.progress import working
from local.commands.session import open_worker
from local.commands.show import Printer
from local.commands.show_farm import plan_row, print_plan
from local.farm.ad_groups import ad_groups_script
from local.farm.errors import FarmError
from local.farm.known_leases import KnownLeases, known_leases
from local.farm.made_plan import Asked, MadePlan, make_farm_plan
from local.farm.new_file import NewFile
from local.farm.plan_csv import plan_bytes, read_plan
from local.farm.server_list import NamedServer
from local.farm.sessions_csv import read_users
from shared.app import utc_now
from shared.domain.errors import NoLeasesError
from shared.domain.farm.model import FarmPlan
from shared.domain.leases.model import LeaseRules


@dataclass(frozen=True, slots=True)
class PlanFarm:
    """What the command line asks for, by the names of its options."""

    users: Path | None
    servers: Sequence[NamedServer] | None
    server: str
    in_force: Path | None
    out: Path | None
    powershell: Path | None
    group_prefix: str
    force: bool
    settings: Path | None
    json: bool


def plan_farm(options: PlanFarm, printer: Printer) -> None:
    """Do what the options say.

    Raises:
        StewardError: an input can't be used, or a file is there already.
        SettingsError: the settings are needed and can't be read.
    """
    _check_files(options)
    made = _make(options)
    files = dict(_files(options, made))
    for path, content in files.items():
        NewFile(path, options.force).write(content)
    if options.json:
        printer.json({**plan_row(made), "files": [str(path) for path in files]})
    else:
        print_plan(printer, made, options.out, options.powershell)


def _check_files(options: PlanFarm) -> None:
    """Before any work, and before one of two files is written."""
    paths = [path for path in (options.out, options.powershell) if path]
    if len({path.resolve() for path in paths}) < len(paths):
        raise FarmError("--out and --powershell name the same file: give each its own")
    for path in paths:
        NewFile(path, options.force).check()


def _make(options: PlanFarm) -> MadePlan:
    in_force = read_plan(options.in_force) if options.in_force else None
    users = read_users(options.users) if options.users else None
    known = _known(options, in_force)
    asked = Asked(known, utc_now(), users, options.servers, in_force)
    with working("Planning", quiet=options.json):
        return make_farm_plan(asked)


def _known(options: PlanFarm, in_force: FarmPlan | None) -> KnownLeases:
    """Leases and rules; only rules, the usual ones, if users and servers come without settings."""
    all_given = options.users and (options.servers or in_force)
    if all_given and not options.settings and not options.server:
        return KnownLeases(LeaseRules())
    settings = options.settings or DEFAULT_SETTINGS
    if options.settings is None and not settings.exists():
        raise FarmError(
            f"{settings} does not exist: name the file with the app's settings by --settings, or"
            " do without by giving both --users and --servers"
        )
    with working("Reading leases", quiet=options.json):
        return asyncio.run(_read(settings, options.server, needed=options.users is None))


async def _read(settings: Path, server: str, *, needed: bool) -> KnownLeases:
    """What settings and ledger say; only rules if nothing was collected and it isn't needed."""
    async with open_worker(settings) as worker:
        reading = worker.read_leases()
        try:
            picture = await reading.picture()
        except NoLeasesError:
            if needed or server:
                raise
            return KnownLeases(reading.rules)
    return known_leases(picture, reading.rules, server)


def _files(options: PlanFarm, made: MadePlan) -> Iterator[tuple[Path, bytes]]:
    plan = made.result.plan
    if options.out:
        yield options.out, plan_bytes(plan)
    if options.powershell:
        yield options.powershell, ad_groups_script(plan, made.asked.now, options.group_prefix)
