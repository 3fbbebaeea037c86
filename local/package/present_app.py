"""What a deployment finds: the app of its environment, and the switch that was thrown by hand."""

import re

from local.package.errors import PackageError
from local.package.function_app import MANAGER, FunctionApp, ask

STOP = "LICENSE_RELEASE__STOP"
_OK = 200
# How infra/bicep names the app; `uniqueString` makes 13 letters and digits. A tag could be lost.
_NAME = re.compile(r"func-steward-(?P<environment>.+)-[a-z0-9]{13}", re.IGNORECASE)
# Whatever else stands in the switch, somebody wanted something stopped.
_NOT_STOPPED = {"", "false", "no", "off", "0"}


def find_app(
    group: str, environment: str, token: str, manager: str = MANAGER
) -> FunctionApp | None:
    """The app of an environment in a resource group; None before its first whole deployment.

    An app without app settings is what a first deployment left that failed in the middle. No
    package can start in it, so the templates have to come first there too.

    Args:
        group: resource id, `/subscriptions/…/resourceGroups/<name>`.
        environment: `environmentName` of the parameter file.
        token: for Azure Resource Manager.
        manager: its address.

    Raises:
        PackageError: the group can't be read, or holds the app of another environment only. To take
            that for a first deployment would lose the switch.
    """
    apps = _apps(group, token, manager)
    found = [app for each, app in apps if each.lower() == environment.lower()]
    if apps and len(found) != 1:
        raise PackageError(
            f"{group} has {', '.join(sorted(app.resource_id for _, app in apps))}, and not one app "
            f"of the environment {environment!r}. Give each environment a resource group of its "
            f"own, and let environmentName in its parameter file be {environment!r}"
        )
    return found[0] if found and "SITE_NAME" in found[0].settings() else None


def is_stopped(app: FunctionApp) -> bool:
    """Whether LICENSE_RELEASE__STOP is set in the app now; a deployment has to keep it."""
    return app.settings().get(STOP, "").strip().lower() not in _NOT_STOPPED


def _apps(group: str, token: str, manager: str) -> list[tuple[str, FunctionApp]]:
    """The group's apps that the templates made, each with its environment."""
    answer = ask(manager, token, "GET", f"{group}/providers/Microsoft.Web/sites")
    rows = answer.fields.get("value")
    if answer.status != _OK or not isinstance(rows, list):
        raise PackageError(f"the apps of {group} could not be read: {answer}")
    if answer.fields.get("nextLink"):
        raise PackageError(f"{group} has more apps than fit a page; give this one its own group")
    named = [(_NAME.fullmatch(row["name"]), row["id"]) for row in rows]
    return [(name["environment"], FunctionApp(app, token, manager)) for name, app in named if name]
