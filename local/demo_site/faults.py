"""Faults that can be switched on and off while the site runs, for all routes or for some."""

import fnmatch
from dataclasses import dataclass

from local.demo_site.hooks import Seen
from local.demo_site.injections import ALWAYS, Injection, Injections
from local.demo_site.virtual_proxy import LOGIN_PAGE


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait so many seconds before the request is looked at."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer this instead; the request has no effect."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Overload:
    """Answer an error without any effect when more requests than `at_most` are under way."""

    at_most: int
    status: int = 503
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class DelayEach:
    """Wait so many seconds for each request that is under way: a site that is slow under load."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the connection at once: an outage. The request has no effect."""


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """Do what was asked, then cut the connection before any answer."""


@dataclass(frozen=True, slots=True)
class CutBody:
    """Do what was asked, answer, but cut the connection in the middle of the body."""


@dataclass(frozen=True, slots=True)
class WrongContentType:
    """Answer as always, but under another content type."""

    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class LoseRows:
    """Leave out the last so many rows of a list; nothing tells that they are missing."""

    rows: int


type Effect = (
    Delay
    | DelayEach
    | Answer
    | Overload
    | Drop
    | LoseAnswer
    | CutBody
    | WrongContentType
    | LoseRows
)


def status(code: int, *, retry_after: str | None = None, body: str = "") -> Answer:
    """An error answer, e.g. `status(429, retry_after="2")` or `status(503)`."""
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return Answer(code, body.encode(), headers=headers)


def login_redirect() -> Answer:
    """302 to a login page, as a proxy answers without a session."""
    return Answer(302, headers=(("Location", "/internal_windows_authentication/?targetId=1"),))


def html_page(code: int = 200) -> Answer:
    """A login page or a proxy's error page in the place of JSON."""
    return Answer(code, LOGIN_PAGE.encode(), content_type="text/html; charset=utf-8")


def json_body(text: str) -> Answer:
    """200 with any JSON, e.g. `{"value": 1}` where an array belongs."""
    return Answer(200, text.encode(), content_type="application/json")


class Faults(Injections[Effect, Seen]):
    """All faults that are switched on; the random ones repeat with the seed."""

    def inject(
        self,
        effect: Effect,
        *,
        method: str = "*",
        path: str = "*",
        share: float = ALWAYS,
        skip: int = 0,
        times: int | None = None,
    ) -> Injection[Effect, Seen]:
        """Switch a fault on.

        Args:
            effect: what happens.
            method: HTTP method in capitals, `*` for any.
            path: pattern of the path from `/qrs` on, in lower case: `/qrs/user/*`, or a route
                such as `/qrs/license/*accesstype/{id}` with `{id}` for every GUID.
            share: which part of the matching requests is struck, 0 to 1.
            skip: how many matching requests go well first.
            times: after how many strikes it is over; None never.
        """
        pattern = path.lower()

        def concerns(seen: Seen) -> bool:
            here = (fnmatch.fnmatchcase(x, pattern) for x in (seen.path, seen.route))
            return method in {"*", seen.method} and any(here)

        return self.add(Injection(effect, concerns, share, skip, times))

    def strike(self, method: str, path: str, route: str) -> list[Effect]:
        """Decide which effects this request suffers, and count them."""
        return self.struck(Seen(method, path, route))
