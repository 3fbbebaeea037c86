"""`python -m local run`: the main job once, on the demo site or on the site of a settings file."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from local.azurite import AzuriteError
from local.demo_site.tls_server import DemoSiteError
from local.host.app_settings import SettingsError
from local.run import RunFailedError, run_demo, run_site
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
    console = Console()
    try:
        if options.settings:
            run_site(console, options.settings)
        else:
            run_demo(console, options.users)
    except _EXPECTED as error:
        console.print(f"\n[bold red]Failed:[/] {error}", soft_wrap=True, highlight=False)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="collect, plan, release and collect once")
    run.add_argument("--settings", type=Path, help="a file like local.settings.json; else the demo")
    run.add_argument("--users", type=int, default=2000, help="users of the demo site")
    return parser


if __name__ == "__main__":
    sys.exit(main())
