"""Who is logged in on which TCP connection: NTLM belongs to the connection, not to a request."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from local.demo_qms.accounts import Accounts
from local.demo_qms.exchange import Exchange
from local.demo_qms.ntlm import Handshake, LoginError
from local.demo_qms.world import World


@dataclass(eq=False)
class _Connection:
    number: int
    handshake: Handshake | None = field(default=None)
    account: str | None = field(default=None)


class Logins:
    """The state of every open connection. It is used in the server's event loop only."""

    def __init__(self, world: World, accounts: Accounts, schemes: Sequence[str]) -> None:
        self._world = world
        self._accounts = accounts
        self._schemes = {scheme.casefold(): scheme for scheme in schemes}
        self._connections: WeakKeyDictionary[asyncio.Transport, _Connection] = WeakKeyDictionary()
        self._numbers = count(1)

    def number(self, transport: asyncio.Transport) -> int:
        """The number of a connection, counted from 1."""
        return self._connection(transport).number

    async def refusal(self, exchange: Exchange) -> Response | None:
        """Log the caller in; returns the 401 to answer, None when it is logged in."""
        connection = self._connection(exchange.scope["connection"])
        scheme, _, token = exchange.header("authorization").partition(" ")
        if scheme:
            answer = await self._step(connection, scheme.casefold(), token.strip())
            if answer is not None:
                return answer
        if connection.account is None:
            connection.handshake = None
            return self._unauthorized()
        exchange.account = connection.account
        if self._world.behaviour.login == "every request":
            connection.account = None
        return None

    async def _step(self, connection: _Connection, scheme: str, token: str) -> Response | None:
        connection.account = None
        if scheme not in self._schemes or not token:
            connection.handshake = None
            return self._unauthorized()
        try:
            handshake = connection.handshake or Handshake(scheme, self._accounts)
            connection.handshake = handshake
            answer = await run_in_threadpool(handshake.step, token)
        except LoginError:
            connection.handshake = None
            return self._unauthorized()
        connection.account = handshake.account
        if connection.account is None:
            return _challenge(f"{self._schemes[scheme]} {answer}")
        connection.handshake = None
        return None

    def _connection(self, transport: asyncio.Transport) -> _Connection:
        if transport not in self._connections:
            self._connections[transport] = _Connection(next(self._numbers))
        return self._connections[transport]

    def _unauthorized(self) -> Response:
        return _challenge(*self._schemes.values())


def _challenge(*values: str) -> Response:
    response = Response(status_code=401)
    for value in values:
        response.headers.append("WWW-Authenticate", value)
    return response
