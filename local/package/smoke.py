"""After a deployment: the app has exactly the functions of the package, and answers."""

from collections.abc import Callable

from local.package.errors import PackageError
from local.package.function_app import FunctionApp
from local.package.http_call import Answer, call

_LOOKS = 40
_SECONDS_BETWEEN = 15.0
_OK = 200
# While the host starts or has not synchronized its triggers; anything else is an answer.
_STARTING = {404, 502, 503, 504}


def await_functions(
    app: FunctionApp, expected: frozenset[str], wait: Callable[[float], None]
) -> None:
    """Waits until the host has found exactly the functions of the package.

    Raises:
        PackageError: after ten minutes it has others, or none.
    """
    found: set[str] = set()
    for _ in range(_LOOKS):
        found = app.functions()
        if found == expected:
            return
        wait(_SECONDS_BETWEEN)
    missing, unknown = sorted(expected - found), sorted(found - expected)
    raise PackageError(
        f"the app has {len(found)} functions, the package {len(expected)}; "
        f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
    )


def await_status(host: str, key: str, wait: Callable[[float], None]) -> str:
    """Asks `GET /api/status` until the app answers; returns the name of its site.

    Raises:
        PackageError: it answers with an error, or not at all in ten minutes.
    """
    answer: Answer | None = None
    for _ in range(_LOOKS):
        answer = call("GET", f"{host}/api/status", {"x-functions-key": key})
        if answer is not None and answer.status not in _STARTING:
            break
        wait(_SECONDS_BETWEEN)
    site = answer.fields.get("site") if answer else None
    if answer is None or answer.status != _OK or not isinstance(site, str):
        raise PackageError(f"GET /api/status did not tell the state of the app: {answer}")
    return site
