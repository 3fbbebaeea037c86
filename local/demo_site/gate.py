"""What stands before every QRS route: xrfkey, the account, its state, the query's form."""

import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.demo_site.accounts import FULL_RIGHTS, Accounts, Rights, account_in
from local.demo_site.virtual_proxy import LOGIN_PAGE, VirtualProxy
from local.demo_site.world import World

XSRF = "XSRF prevention check failed. Possible XSRF discovered."
INACTIVE = "Forbidden: Your account is inactive. Contact your administrator"
MISSING_VALUE = "Missing parameter value(s)"

_XRFKEY = re.compile(r"[0-9a-zA-Z]{16}")


class Gate:
    """Lets through only what QRS would answer; puts account and rights into the scope."""

    def __init__(
        self, app: ASGIApp, world: World, accounts: Accounts, proxy: VirtualProxy | None
    ) -> None:
        self._app = app
        self._world = world
        self._accounts = accounts
        self._proxy = proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request or hand it on."""
        request = Request(scope, receive)
        if self._proxy is None:
            await self._by_certificate(request, send)
        else:
            await self._by_proxy(request, self._proxy, send)

    async def _by_certificate(self, request: Request, send: Send) -> None:
        header = request.headers.get("x-qlik-user")
        if header is None and self._world.behaviour.user_header == "optional":
            await self._go_on(request, "INTERNAL\\sa_repository", FULL_RIGHTS, send)
            return
        account = account_in(header or "")
        if account is None:
            # Which status QRS gives here is not known; the words are ours.
            answer = PlainTextResponse("Forbidden: X-Qlik-User is missing or unreadable", 403)
            await answer(request.scope, request.receive, send)
            return
        await self._go_on(request, account, self._accounts.rights(account), send)

    async def _by_proxy(self, request: Request, proxy: VirtualProxy, send: Send) -> None:
        if request.url.path.startswith("/internal_windows_authentication"):
            answer: Response | None = HTMLResponse(LOGIN_PAGE)
        else:
            answer = proxy.refusal(request)
        account = proxy.account(request) if request.scope["under_prefix"] else None
        if answer is None and account is None:
            answer = proxy.unauthenticated(request)
        if answer is not None or account is None:
            await (answer or Response(status_code=403))(request.scope, request.receive, send)
            return
        cookie = proxy.open_session(request, account)
        with_cookie = send if cookie is None else _adding_cookie(send, cookie)
        await self._go_on(request, account, self._accounts.rights(account), with_cookie)

    async def _go_on(self, request: Request, account: str, rights: Rights, send: Send) -> None:
        refusal = _xsrf(request) or self._inactive(account) or _missing_value(request)
        if refusal is not None:
            await refusal(request.scope, request.receive, send)
            return
        request.scope["account"] = account
        request.scope["rights"] = rights
        await self._app(request.scope, request.receive, send)

    def _inactive(self, account: str) -> Response | None:
        user = self._world.find_user(account)
        inactive = user is not None and user.inactive
        return PlainTextResponse(INACTIVE, 403) if inactive else None


def _xsrf(request: Request) -> Response | None:
    key = lower_query(request).get("xrfkey", "")
    if _XRFKEY.fullmatch(key) and key == request.headers.get("x-qlik-xrfkey"):
        return None
    return PlainTextResponse(XSRF, 403)


def _missing_value(request: Request) -> Response | None:
    """Refuse a parameter without `=`, which an unencoded `&` in a filter leaves behind."""
    parts = request.scope["query_string"].decode("latin-1").split("&")
    lacking = any(part and "=" not in part for part in parts)
    return PlainTextResponse(MISSING_VALUE, 400) if lacking else None


def lower_query(request: Request) -> dict[str, str]:
    """The query parameters with their names in lower case, as QRS takes them."""
    return {name.lower(): value for name, value in request.query_params.items()}


def _adding_cookie(send: Send, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
        await send(message)

    return sending
