"""The command line: lock the libraries, build the deployment package, test it, bring it to Azure.

Exit codes: 0 done, 1 failed (the reason is on stderr), 2 wrong usage.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from local.package.build import build, lay_out
from local.package.check import check
from local.package.deploy_commands import add_deploy_commands
from local.package.errors import PackageError
from local.package.libraries import LOCK, write_lock

_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except PackageError as error:
        print(f"Failed: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.package",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        required=True, metavar="lock|build|folder|check|find|held|publish|smoke"
    )
    lock = commands.add_parser("lock", help=f"write {LOCK} from requirements.txt")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions")
    lock.set_defaults(run=lambda options: write_lock(_ROOT, LOCK, upgrade=options.upgrade))
    zipped = commands.add_parser("build", help="build the zip")
    zipped.add_argument("package", type=Path, help="the zip to write")
    zipped.set_defaults(run=lambda options: _build(options.package))
    folder = commands.add_parser("folder", help="the same as a folder, for a tool that zips")
    folder.add_argument("folder", type=Path, help="a folder that is new or empty")
    folder.set_defaults(run=lambda options: lay_out(_ROOT, options.folder))
    tested = commands.add_parser("check", help="unpack a zip, index its functions, import it all")
    tested.add_argument("package", type=Path, help="the zip")
    tested.add_argument("--functions", type=Path, help="file to write the function names to")
    tested.set_defaults(run=lambda options: _check(options.package, options.functions))
    add_deploy_commands(commands)
    return parser


def _build(package: Path) -> None:
    build(_ROOT, package)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    print(f"{package}: {package.stat().st_size / 1e6:.1f} MB, sha256 {digest}")  # noqa: T201


def _check(package: Path, names: Path | None) -> None:
    found = check(package)
    print(f"{len(found.functions)} functions in {found.files} files:", *found.functions)  # noqa: T201
    if names:
        names.write_text("".join(f"{name}\n" for name in found.functions))


if __name__ == "__main__":
    sys.exit(main())
