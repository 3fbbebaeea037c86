"""The command line: `steward COMMAND`, or `python -m local COMMAND`.

Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage, 130 interrupted.
"""

import sys
from collections.abc import Sequence

import typer
from rich.console import Console
from typer.main import get_command

from local.azurite import AzuriteError
from local.commands.command_line import command_line
from local.commands.show import Printer
from local.demo_site.tls_server import DemoSiteError
from local.host.app_settings import SettingsError
from local.run import RunFailedError
from local.serve.server import PortError
from local.worker.invocation import WorkerError
from shared.domain.errors import StewardError

# They tell in their own words what to do; anything else is a fault of ours and shows as such.
_EXPECTED = (
    RunFailedError,
    PortError,
    SettingsError,
    AzuriteError,
    DemoSiteError,
    StewardError,
    WorkerError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code, as above."""
    try:
        code = get_command(command_line())(
            args=None if arguments is None else list(arguments),
            prog_name="steward",
            standalone_mode=False,
        )
    except typer.TyperException as error:
        _tell(f"Wrong usage: {error.format_message()}\nTry --help.")
        return error.exit_code
    except typer.Abort:
        _tell("Nothing was done.")
        return 1
    except _EXPECTED as error:
        _tell(f"\nFailed: {error}")
        return 1
    return code if isinstance(code, int) else 0


def _tell(text: str) -> None:
    Printer(Console(stderr=True)).line(text, style="red")


if __name__ == "__main__":
    sys.exit(main())
