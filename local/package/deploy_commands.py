"""The commands that talk to Azure. Tokens come from the environment, never from the command line.

`AZURE_MANAGEMENT_TOKEN` is for Azure Resource Manager, `AZURE_APP_SERVICE_TOKEN` for the deployment
site; the workflow gets both from the Azure CLI.
"""

import argparse
import os
import time
from pathlib import Path

from local.package.errors import PackageError
from local.package.function_app import FunctionApp
from local.package.present_app import STOP, find_app, is_stopped
from local.package.publish import publish
from local.package.smoke import await_functions, await_status


def add_deploy_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `find`, `held`, `publish` and `smoke`."""
    find = commands.add_parser(
        "find", help="print the resource id of an environment's app; nothing before it is there"
    )
    find.add_argument("group", help="resource id of the resource group")
    find.add_argument("environment", help="environmentName of the parameter file")
    find.set_defaults(run=_find)
    held = commands.add_parser("held", help=f"print {STOP} as it is set in the app: true or false")
    held.add_argument("app", help="resource id of the function app")
    held.set_defaults(run=_held)
    published = commands.add_parser("publish", help="publish a zip to a function app")
    published.add_argument("app", help="resource id of the function app")
    published.add_argument("package", type=Path, help="the zip")
    published.set_defaults(run=_publish)
    smoke = commands.add_parser("smoke", help="compare the functions of a deployed app, ask status")
    smoke.add_argument("app", help="resource id of the function app")
    smoke.add_argument("functions", type=Path, help="file that `check --functions` wrote")
    smoke.set_defaults(run=_smoke)


def _find(options: argparse.Namespace) -> None:
    group = _resource_id(options.group)
    app = find_app(group, options.environment, _token("AZURE_MANAGEMENT_TOKEN"))
    print(app.resource_id if app else "")  # noqa: T201


def _held(options: argparse.Namespace) -> None:
    print("true" if is_stopped(_app(options.app)) else "false")  # noqa: T201


def _publish(options: argparse.Namespace) -> None:
    if not options.package.is_file():
        raise PackageError(f"there is no {options.package}")
    _, site = _app(options.app).hosts()
    publish(site, _token("AZURE_APP_SERVICE_TOKEN"), options.package, time.sleep)
    print("Published")  # noqa: T201


def _smoke(options: argparse.Namespace) -> None:
    app = _app(options.app)
    expected = frozenset(options.functions.read_text().split())
    if not expected:
        raise PackageError(f"{options.functions} names no function")
    await_functions(app, expected, time.sleep)
    host, _ = app.hosts()
    key = app.key("status")
    # Nothing prints it; GitHub shall hide it all the same should anything ever do so.
    print(f"::add-mask::{key}")  # noqa: T201
    site = await_status(host, key, time.sleep)
    print(f"{len(expected)} functions, and {host} answers for the site {site}")  # noqa: T201


def _app(resource_id: str) -> FunctionApp:
    return FunctionApp(_resource_id(resource_id), _token("AZURE_MANAGEMENT_TOKEN"))


def _resource_id(text: str) -> str:
    if not text.startswith("/subscriptions/"):
        raise PackageError(f"{text!r} is no resource id; it starts with /subscriptions/")
    return text


def _token(name: str) -> str:
    token = os.environ.get(name, "").strip()
    if not token:
        raise PackageError(f"{name} is not set; `az account get-access-token` gives one")
    return token
