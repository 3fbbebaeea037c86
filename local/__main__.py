"""The command line: the main job once, giving a license back, looking after failed messages.

Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from local.azurite import AzuriteError
from local.commands.poison import add_poison
from local.commands.releases import add_releases, add_restore
from local.commands.show import Printer
from local.demo_site.tls_server import DemoSiteError
from local.host.app_settings import SettingsError
from local.run import RUN_FOLDER, RunFailedError, run_demo, run_site
from local.worker.invocation import WorkerError
from shared.domain.errors import StewardError

# They tell in their own words what to do; anything else is a fault of ours and shows as such.
_EXPECTED = (
    RunFailedError,
    SettingsError,
    AzuriteError,
    DemoSiteError,
    StewardError,
    WorkerError,
)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 failed with a message."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options, Printer(Console()))
    except _EXPECTED as error:
        Printer(Console(stderr=True)).line(f"\nFailed: {error}", style="red")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="run|releases|restore|poison")
    run = commands.add_parser("run", help="collect, plan, release and collect once")
    run.add_argument("--settings", type=Path, help="a file like local.settings.json; else the demo")
    run.add_argument("--users", type=int, default=2000, help="users of the demo site")
    run.add_argument(
        "--records", type=Path, default=RUN_FOLDER, help="folder for what the run leaves behind"
    )
    run.set_defaults(run=lambda options, _printer: _run(options))
    add_releases(commands)
    add_restore(commands)
    add_poison(commands)
    return parser


def _run(options: argparse.Namespace) -> None:
    if options.settings:
        run_site(Console(), options.settings, options.records)
    else:
        run_demo(Console(), options.users, options.records)


if __name__ == "__main__":
    sys.exit(main())
