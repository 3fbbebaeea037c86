"""All commands under their names: the one place where the command line is put together."""

import typer

from local.commands import farm, leases, poison, releases
from local.commands.doctor import doctor
from local.commands.explain import explain
from local.commands.forecast import forecast
from local.commands.history import history
from local.commands.import_butler import import_butler
from local.commands.plan import plan
from local.commands.release import release
from local.commands.report import report
from local.commands.run import run
from local.commands.serve import serve_app
from local.commands.usage import usage

LOOK, ACT, QLIKVIEW, SET_UP = "Look", "Act", "QlikView", "Set up and run"


def command_line() -> typer.Typer:
    """The command line."""
    app = _group(
        "Watches over Qlik licenses: look, plan, release, give back.\n\n"
        "Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage, 130"
        " interrupted. docs/command-line.md has every command with examples."
    )
    app.command(rich_help_panel=SET_UP)(doctor)
    app.command(rich_help_panel=SET_UP)(import_butler)
    app.command(rich_help_panel=SET_UP)(run)
    app.command("serve", rich_help_panel=SET_UP)(serve_app)
    app.command(rich_help_panel=LOOK)(usage)
    app.command(rich_help_panel=LOOK)(plan)
    app.command(rich_help_panel=LOOK)(explain)
    app.command(rich_help_panel=LOOK)(forecast)
    app.command(rich_help_panel=LOOK)(history)
    app.command(rich_help_panel=LOOK)(releases.releases)
    app.command(rich_help_panel=LOOK)(report)
    app.command(rich_help_panel=ACT)(release)
    app.command(rich_help_panel=ACT)(releases.restore)
    app.add_typer(_poison(), name="poison", rich_help_panel=ACT)
    app.add_typer(_leases(), name="leases", rich_help_panel=QLIKVIEW)
    app.add_typer(_farm(), name="farm", rich_help_panel=QLIKVIEW)
    return app


def _poison() -> typer.Typer:
    group = _group("Look after messages that failed on every try or were refused.")
    group.command("list")(poison.list_poison)
    group.command("explain")(poison.explain_poison)
    group.command("replay")(poison.replay_poison)
    group.command("discard")(poison.discard_poison)
    return group


def _leases() -> typer.Typer:
    group = _group("QlikView license leases as they were last collected.")
    group.command("list")(leases.list_leases)
    group.command("explain")(leases.explain_leases)
    return group


def _farm() -> typer.Typer:
    group = _group("Plan a Citrix farm on which nobody is refused a QlikView lease.")
    group.command("plan")(farm.plan)
    group.command("simulate")(farm.simulate)
    return group


def _group(help_: str) -> typer.Typer:
    return typer.Typer(
        help=help_,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
