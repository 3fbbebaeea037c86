"""One HTTP request with the standard library: the deploying job installs nothing."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from local.package.errors import PackageError

_SECONDS = 300.0
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; the body is text."""

    status: int
    body: str

    @property
    def fields(self) -> dict[str, object]:
        """The body's JSON object; empty when it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def __str__(self) -> str:
        """Status and the start of the body, for errors."""
        return f"HTTP {self.status}: {self.body[:_SHOWN].strip()}"


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the request bears a token or key that is for one server only."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Give up following; the redirect itself is then the answer."""


_OPENER = urllib.request.build_opener(_StayHere)


def call(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
) -> Answer | None:
    """Sends one request; None when there was no answer (refused, cut off, timed out).

    Raises:
        PackageError: the address is neither https nor this machine.
    """
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise PackageError(f"{url} is no https address")
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310 - checked
    try:
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            return Answer(answer.status, answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode(errors="replace"))
    except OSError:
        return None
