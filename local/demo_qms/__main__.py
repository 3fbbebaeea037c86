"""`python -m local.demo_qms`: run a demo QMS alone and say how to reach it."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.demo_qms.apis import APIS, knows
from local.demo_qms.behaviour import Behaviour
from local.demo_qms.farm_population import default_farm
from local.demo_qms.service import DemoQms
from local.demo_site.alone import run_until_stopped

DEFAULT_USERS = 500


def main(arguments: list[str] | None = None) -> int:
    """Run QMS until Ctrl-C or SIGTERM; returns the exit code."""
    return run_until_stopped(_started(_parser().parse_args(arguments)))


@contextmanager
def _started(options: argparse.Namespace) -> Iterator[str]:
    world = default_farm(
        options.users,
        options.servers,
        days=options.days,
        seed=options.seed,
        behaviour=Behaviour(version=options.version),
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoQms.start(world=world, host=options.host, port=options.port) as qms,
    ):
        file = options.password_file or Path(folder) / "password"
        _write_password(file, qms.password)
        yield _how_to_reach(qms, file)


def _write_password(file: Path, password: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        os.fchmod(descriptor, 0o600)  # a file that was there keeps its own mode otherwise
        opened.write(password)


def _how_to_reach(qms: DemoQms, password_file: Path) -> str:
    lists = [qms.world.cal_list(server.id) for server in qms.world.servers()]
    counts = "; ".join(
        f"{cals.server.name} {len(cals.assigned)} named CALs, {len(cals.leases)} leases"
        for cals in lists
    )
    newest = [api for api in APIS.values() if knows(qms.world.behaviour, api)][-1]
    action = f"{newest.namespace}{newest.interface}/GetTimeLimitedServiceKey"
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<GetTimeLimitedServiceKey xmlns="{newest.namespace}"/></s:Body></s:Envelope>'
    )
    lines = [
        f"Demo QlikView Management Service {qms.world.behaviour.version} at {qms.url}",
        f"{counts}. Stop it with Ctrl-C.",
        "",
        f"QLIKVIEW__URL={qms.url}",
        f"QLIKVIEW__API={newest.name}",
        f"QLIKVIEW__USER={qms.user}",
        f"QLIKVIEW__PASSWORD_FILE={password_file}",
        "",
        "Try it:",
        f"curl --ntlm -u \"{qms.user}:$(cat '{password_file}')\" \\",
        f"  -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: \"{action}\"' \\",
        f"  -d '{body}' \\",
        f"  '{qms.url}'",
        "",
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.demo_qms", description=__doc__)
    parser.add_argument("--users", type=int, default=DEFAULT_USERS, help="how many users it has")
    parser.add_argument("--servers", type=int, default=6, help="how many Citrix servers")
    parser.add_argument("--days", type=int, default=21, help="how many days of logons it has seen")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same farm")
    parser.add_argument("--version", default="12.70", help="the QlikView version, 11.20 to 12.70")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=4799, help="0 takes a free one")
    parser.add_argument(
        "--password-file",
        type=Path,
        help="where to write the password; without it the file goes when QMS stops",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
