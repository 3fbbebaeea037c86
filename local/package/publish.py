"""Publishes a package to a Flex Consumption app through its deployment site (One Deploy).

Explicitly without a remote build. `az functionapp deployment source config-zip` always asks for one
when the app runs Python (azure-cli 2.91.0, enable_zip_deploy_flex), and that build may run on
another Python than the app's (Azure facts B1). Address, headers and states are those of that code.
"""

from collections.abc import Callable
from pathlib import Path

from local.package.errors import PackageError
from local.package.http_call import Answer, call

_TRIES = 5
_LOOKS = 150
_SECONDS_BETWEEN = 4.0
_ACCEPTED = {200, 202}
_NOT_FOUND = 404
_STARTING = {502, 503, 504}  # the deployment site starts when it is first asked
_SUCCESS = 4
_ENDED_BADLY = {
    3: "failed",
    -1: "was cancelled",
    5: "was cancelled by another deployment",
    6: "succeeded only in part",
}
_WHY = {
    401: "the token is not for this app",
    403: "the identity may not deploy to this app (role Website Contributor)",
    409: "another deployment is running; try again when it has ended",
}


def publish(site: str, token: str, package: Path, wait: Callable[[float], None]) -> None:
    """Sends the package and waits until it is in place.

    Raises:
        PackageError: it was refused, failed, or did not end in ten minutes.
    """
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{site}/api/publish?RemoteBuild=false&Deployer=github_actions"
    _send(url, headers | {"Content-Type": "application/zip"}, package.read_bytes(), wait)
    seen = False
    for _ in range(_LOOKS):
        wait(_SECONDS_BETWEEN)
        answer = call("GET", f"{site}/api/deployments/latest", headers)
        if _has_ended(answer, seen=seen):
            return
        seen = seen or (answer is not None and answer.status in _ACCEPTED)
    raise PackageError(f"the deployment did not end; {site}/api/deployments/latest tells more")


def _send(url: str, headers: dict[str, str], body: bytes, wait: Callable[[float], None]) -> None:
    # Sending the same package again is harmless: it replaces itself.
    for _ in range(_TRIES):
        answer = call("POST", url, headers, body)
        if answer is not None and answer.status in _ACCEPTED:
            return
        if answer is not None and answer.status not in _STARTING:
            why = _WHY.get(answer.status, "the package was refused")
            raise PackageError(f"{why} ({answer})")
        wait(_SECONDS_BETWEEN)
    raise PackageError(f"the deployment site did not answer in {_TRIES} tries: {answer}")


def _has_ended(answer: Answer | None, *, seen: bool) -> bool:
    if answer is None:
        return False
    if answer.status == _NOT_FOUND:
        return seen  # the record goes when the app starts anew with the package
    state = answer.fields.get("status")
    if isinstance(state, int) and state in _ENDED_BADLY:
        raise PackageError(f"the deployment {_ENDED_BADLY[state]}: {answer}")
    return state == _SUCCESS
