"""`farm`: bind users to two Citrix servers each, and try it on working days."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.farm_plan import PlanFarm, plan_farm
from local.commands.farm_simulate import SimulateFarm, simulate_farm
from local.commands.options import AsJson, number, read_option
from local.commands.show import Printer
from local.farm.group_names import PREFIX
from local.farm.server_list import server_list, servers_or_count

Force = Annotated[bool, typer.Option("--force", help="Write over files that are there already.")]


def plan(
    users: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV with a column user; else who holds leases."),
    ] = None,
    servers: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=WEIGHT,...",
            help="The farm, weights may be left out; else the setting LEASES__FARM, else that of"
            " the plan in force.",
        ),
    ] = None,
    server: Annotated[
        str, typer.Option(metavar="QVS", help="The QlikView Server, if there are several.")
    ] = "",
    in_force: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The plan that holds now: it is kept to.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the plan as CSV.")] = None,
    powershell: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a script that fills AD groups.")
    ] = None,
    group_prefix: Annotated[
        str, typer.Option(metavar="TEXT", help="With which the names of these groups begin.")
    ] = "QV-",
    *,
    force: Force = False,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file like local.settings.json, which is the default if users or servers are"
            " not given.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Bind each user to two servers, with as few changes as possible."""
    asked = PlanFarm(
        users=users,
        servers=None if servers is None else read_option("--servers", servers, server_list),
        server=server,
        in_force=in_force,
        out=out,
        powershell=powershell,
        group_prefix=read_option("--group-prefix", group_prefix, _prefix),
        force=force,
        settings=settings,
        json=json,
    )
    plan_farm(asked, Printer(Console()))


def simulate(
    sessions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV with the columns user, logon, logoff (ISO 8601, UTC unless it says"
            " otherwise); else made-up days.",
        ),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A plan to try, on its servers and users; its waiting times are left out, for the"
            " replay begins without leases.",
        ),
    ] = None,
    servers: Annotated[
        str | None,
        typer.Option(
            metavar="N|NAME=WEIGHT,...", help="The farm; else 6 servers, or those of the plan."
        ),
    ] = None,
    users_count: Annotated[
        int | None,
        typer.Option(
            parser=number(1, 100_000), metavar="N", help="How many made-up users; else 500."
        ),
    ] = None,
    days: Annotated[
        int, typer.Option(parser=number(1, 366), metavar="N", help="How many made-up days.")
    ] = 30,
    sessions_per_day: Annotated[
        int,
        typer.Option(parser=number(1, 20), metavar="N", help="Of each made-up user on weekdays."),
    ] = 3,
    seed: Annotated[int, typer.Option(metavar="N", help="Of all chance.")] = 0,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file like local.settings.json, for lease rules."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts.")
    ] = None,
    *,
    force: Force = False,
    json: AsJson = False,
) -> None:
    """Replay working days: who is refused, and how even the load is."""
    if plan and servers:
        raise typer.BadParameter("give --plan or --servers: a plan has its servers")
    if users_count and (plan or sessions):
        raise typer.BadParameter("--users-count is for made-up users: leave it out")
    asked = SimulateFarm(
        sessions=sessions,
        plan=plan,
        servers=None if servers is None else read_option("--servers", servers, servers_or_count),
        users_count=users_count,
        days=days,
        sessions_per_day=sessions_per_day,
        seed=seed,
        settings=settings,
        html=html,
        force=force,
        json=json,
    )
    simulate_farm(asked, Printer(Console()))


def _prefix(text: str) -> str:
    if not PREFIX.fullmatch(text):
        raise ValueError(f"{text!r}: a prefix has up to 12 letters of A to Z, digits, - and _")
    return text
