"""The other way in: a virtual proxy with JWT, `/<prefix>/qrs/...`, no client certificate."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Qlik Sense - Log in</title></head>"
    "<body><form method='post'><input name='username'><input name='pwd'></form></body></html>"
)
_WRONG_HOST = "<!DOCTYPE html><html><body>The http request header is incorrect.</body></html>"


@dataclass
class VirtualProxy:
    r"""A virtual proxy with JWT authentication (QRS fact 1c).

    Attributes:
        prefix: the path before `/qrs`, without slashes; lower case.
        tokens: the bearer tokens it takes, each with its account (`DIRECTORY\id`); a token is
            compared as a whole, so it may be a real JWT.
        allowed_hosts: the host allow list; None allows every name.
        sessions: the session ids it gave out, each with its account; a client that keeps
            its cookies makes one.
    """

    prefix: str
    tokens: Mapping[str, str]
    allowed_hosts: frozenset[str] | None = None
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return f"X-Qlik-Session-{self.prefix}"

    def refusal(self, request: Request) -> Response | None:
        """Answer a request that names a host that isn't on the allow list."""
        host = request.url.hostname or ""
        if self.allowed_hosts is None or host in self.allowed_hosts:
            return None
        return HTMLResponse(_WRONG_HOST, status_code=400)

    def account(self, request: Request) -> str | None:
        """The account of the session or the token; None for neither."""
        by_cookie = self.sessions.get(request.cookies.get(self.cookie, ""))
        if by_cookie is not None:
            return by_cookie
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None

    def open_session(self, request: Request, account: str) -> str | None:
        """Begin a session unless the request belongs to one; returns the cookie to set."""
        if request.cookies.get(self.cookie, "") in self.sessions:
            return None
        session = secrets.token_hex(16)
        self.sessions[session] = account
        return f"{self.cookie}={session}; Path=/; HttpOnly; Secure"

    def unauthenticated(self, request: Request) -> Response:
        """Send the caller to the login page; anything but GET gets that page at once.

        The body of the answer to a bad JWT isn't known; a redirect is what every other
        unauthenticated call gets.
        """
        if request.method != "GET":
            return HTMLResponse(LOGIN_PAGE)
        target = quote(str(request.url), safe="")
        return RedirectResponse(f"/internal_windows_authentication/?targetId={target}", 302)
