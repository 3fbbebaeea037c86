"""The deployed function app, as Azure Resource Manager knows it."""

from dataclasses import dataclass

from local.package.errors import PackageError
from local.package.http_call import Answer, call

_API = "2025-03-01"
MANAGER = "https://management.azure.com"
_OK = 200


@dataclass(frozen=True, slots=True)
class FunctionApp:
    """A function app and the right to ask about it.

    Attributes:
        resource_id: `/subscriptions/…/providers/Microsoft.Web/sites/<name>`.
        token: for Azure Resource Manager.
        manager: its address.
    """

    resource_id: str
    token: str
    manager: str = MANAGER

    def hosts(self) -> tuple[str, str]:
        """The addresses of the app and of its deployment site.

        Raises:
            PackageError: there is no such app, or it may not be seen.
        """
        answer = self._ask("GET", "")
        properties = answer.fields.get("properties") if answer.status == _OK else None
        if not isinstance(properties, dict):
            raise PackageError(f"{self.resource_id} could not be read: {answer}")
        states = properties.get("hostNameSslStates") or []
        deployment = [x["name"] for x in states if x.get("hostType") == "Repository"]
        if not deployment:
            raise PackageError(f"{self.resource_id} has no deployment site")
        return f"https://{properties['defaultHostName']}", f"https://{deployment[0]}"

    def functions(self) -> set[str]:
        """The functions that the host found; empty while it is still looking."""
        answer = self._ask("GET", "/functions")
        rows = answer.fields.get("value") if answer.status == _OK else None
        if not isinstance(rows, list):
            return set()
        return {str(row["name"]).rpartition("/")[2] for row in rows}  # each is "app/function"

    def key(self, function: str) -> str:
        """The key of one function, which opens no other.

        Raises:
            PackageError: there is none, or it may not be read.
        """
        answer = self._ask("POST", f"/functions/{function}/listkeys")
        key = answer.fields.get("default")
        if answer.status != _OK or not isinstance(key, str) or not key:
            # Without the body: where there is an answer at all, it may hold keys.
            raise PackageError(f"no key of {function} could be read: HTTP {answer.status}")
        return key

    def settings(self) -> dict[str, str]:
        """The app settings as they are now.

        Raises:
            PackageError: they may not be read.
        """
        answer = self._ask("POST", "/config/appsettings/list")
        settings = answer.fields.get("properties")
        if answer.status != _OK or not isinstance(settings, dict):
            # Without the body: where there is an answer at all, it may hold what nobody should see.
            raise PackageError(
                f"the app settings of {self.resource_id} could not be read: HTTP {answer.status}"
            )
        return {name: str(value) for name, value in settings.items()}

    def _ask(self, method: str, path: str) -> Answer:
        return ask(self.manager, self.token, method, f"{self.resource_id}{path}")


def ask(manager: str, token: str, method: str, path: str) -> Answer:
    """What Azure Resource Manager answers.

    Raises:
        PackageError: it did not.
    """
    url = f"{manager}{path}?api-version={_API}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = call(method, url, headers, b"" if method == "POST" else None)
    if answer is None:
        raise PackageError(f"{manager} did not answer")
    return answer
