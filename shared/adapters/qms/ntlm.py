"""Signing in by NTLM, which QMS takes by default (QMS fact 1.6).

NTLM signs in a TCP connection, in three legs: a bare request, one with a negotiation, one with the
answer to the server's challenge; the last two must go over one connection. That is why this
is a transport over a pool of one connection: it sees which connection an answer came by.
pyspnego does the cryptography; it keeps to Python's own NTLM on every platform.
"""

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from shared.domain.errors import QmsAnswerError, QmsError

if TYPE_CHECKING:
    from spnego import ContextProxy

_SCHEMES = ("ntlm", "negotiate")  # NTLM itself first: Negotiate only wraps it here
_SIGN_INS = 3
_REFUSAL_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Account:
    r"""Who signs in: `DOMAIN\user` and the password."""

    user: str
    password: str = field(repr=False)


class NtlmTransport(httpx.AsyncBaseTransport):
    """Sends requests over `inner`, which must hold at most one connection, and signs in on 401.

    A 401 that comes out of it is final: NTLM is not offered, or the account is refused. A refused
    password is not tried again, because domains lock accounts after a few wrong ones.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, account: Account) -> None:
        self._inner = inner
        self._account = account

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, signing in when the server asks for it."""
        response = await self._inner.handle_async_request(request)
        for _ in range(_SIGN_INS):
            scheme = _offered(response)
            if not scheme:
                break
            challenged, response = await self._sign_in(request, response, scheme)
            if _connection(challenged) is _connection(response):
                break  # else the connection was lost between the legs, and nothing is decided
        return response

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def _sign_in(
        self, request: httpx.Request, refused: httpx.Response, scheme: str
    ) -> tuple[httpx.Response, httpx.Response]:
        """The answers to the second and the third leg; they are one when there is no third."""
        await _drain(refused)
        context = _context(self._account, scheme, request.url.host)
        challenged = await self._inner.handle_async_request(
            _signed(request, scheme, _next_token(context, None))
        )
        token = _token(challenged, scheme)
        if not token:
            return challenged, challenged
        await _drain(challenged)
        signed = _signed(request, scheme, _next_token(context, token))
        return challenged, await self._inner.handle_async_request(signed)


def _offered(response: httpx.Response) -> str:
    """The scheme to sign in by; empty when nothing is asked for, or nothing that we have."""
    if response.status_code != httpx.codes.UNAUTHORIZED:
        return ""
    offered = {value.partition(" ")[0].lower() for value in _challenges(response)}
    return next((scheme for scheme in _SCHEMES if scheme in offered), "")


def _token(response: httpx.Response, scheme: str) -> str:
    """The server's challenge; empty when it has none."""
    if response.status_code != httpx.codes.UNAUTHORIZED:
        return ""
    parts = (value.partition(" ") for value in _challenges(response))
    return next((token.strip() for name, _, token in parts if name.lower() == scheme), "")


def _challenges(response: httpx.Response) -> list[str]:
    values = response.headers.get_list("www-authenticate", split_commas=True)
    return [value.strip() for value in values]


def _context(account: Account, scheme: str, host: str) -> "ContextProxy":
    import spnego  # noqa: PLC0415 - cold start: it loads cryptography

    own = spnego.NegotiateOptions
    return spnego.client(
        account.user,
        account.password,
        hostname=host,
        service="http",
        protocol=scheme,
        options=own.use_ntlm if scheme == "ntlm" else own.use_negotiate,
    )


def _next_token(context: "ContextProxy", challenge: str | None) -> bytes:
    """Our next token; whatever is wrong with the server's comes out as `QmsError`."""
    try:
        token = base64.b64decode(challenge, validate=True) if challenge else None
        return context.step(token) or b""
    except Exception as error:  # a broken token fails anywhere inside: struct, index, encoding
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> QmsError:
    return QmsAnswerError(
        f"QMS broke off the sign-in by NTLM ({type(error).__name__}: {error!s:.100}): look whether "
        "a proxy on the way changes its answers, and that it allows NTLMv2."
    )


def _signed(request: httpx.Request, scheme: str, token: bytes) -> httpx.Request:
    name = "NTLM" if scheme == "ntlm" else "Negotiate"
    sign = f"{name} {base64.b64encode(token).decode()}"
    signed = httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=request.stream,
        extensions=request.extensions,
    )
    signed.headers["Authorization"] = sign
    return signed


def _connection(response: httpx.Response) -> object:
    return response.extensions.get("network_stream")


async def _drain(response: httpx.Response) -> None:
    """Read the body away, so that the connection can be used again; not an endless one."""
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > _REFUSAL_BYTES:
            break
    await response.aclose()
