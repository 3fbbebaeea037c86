"""The SOAP service itself: from a call of somebody who is logged in to its answer."""

from collections.abc import Iterator
from itertools import chain

from starlette.responses import Response, StreamingResponse

from local.demo_qms.accounts import Accounts
from local.demo_qms.apis import Api, knows
from local.demo_qms.behaviour import KEY_MISSING
from local.demo_qms.exchange import Exchange
from local.demo_qms.faults import ExpireKeys, LackGroup
from local.demo_qms.operations import Call, Operation, Operations
from local.demo_qms.schema_check import SchemaCheck
from local.demo_qms.service_keys import HEADER, ServiceKeys
from local.demo_qms.soap import (
    BrokenRequestError,
    Fault,
    body_of,
    closing,
    denied,
    fault_envelope,
    not_supported,
    opening,
    unreadable,
)
from local.demo_qms.world import World

CONTENT_TYPE = "text/xml; charset=utf-8"
_WHOLE = 2_000_000  # characters; a longer answer goes out in pieces, and unchecked


class SoapService:
    """Dispatches by SOAPAction, as WCF does."""

    def __init__(
        self, world: World, accounts: Accounts, keys: ServiceKeys, check: SchemaCheck | None
    ) -> None:
        self._world = world
        self._accounts = accounts
        self._keys = keys
        self._check = check
        self.operations = Operations(world, keys)

    def answer(self, exchange: Exchange, body: bytes) -> Response:
        """Answer a call: 200, 500 with a fault, or what WCF refuses before it looks inside."""
        content_type = exchange.header("content-type").partition(";")[0].strip().casefold()
        if content_type != "text/xml":
            return Response(status_code=415)
        try:
            api, operation = self._operation(exchange)
            call = Call(api, body_of(body))
            self._admit(exchange, operation)
            if call.body.tag != f"{{{api.namespace}}}{operation.name}":
                raise unreadable(f"Expected the element {operation.name} of {api.namespace}.")
            return self._whole(api, operation, operation.answer(call))
        except BrokenRequestError:
            return Response(status_code=400)
        except Fault as fault:
            text = fault_envelope(fault, self._world.behaviour.prefixes)
            return Response(text, 500, media_type=CONTENT_TYPE)

    def _operation(self, exchange: Exchange) -> tuple[Api, Operation]:
        action = exchange.action
        operation = self.operations.find(action.operation)
        if action.api is None or operation is None or not knows(self._world.behaviour, action.api):
            raise not_supported(action)
        return action.api, operation

    def _admit(self, exchange: Exchange, operation: Operation) -> None:
        if ExpireKeys() in exchange.effects:
            self._keys.expire()
        key = exchange.header(HEADER)
        if operation.needs_key and not self._keys.is_valid(key):
            raise Fault(self._world.behaviour.stale_key_text if key else KEY_MISSING)
        lacking = {effect.group for effect in exchange.effects if isinstance(effect, LackGroup)}
        held = self._accounts.groups(exchange.account) - lacking
        for group in operation.groups:
            if group not in held:
                raise denied(exchange.account, group)

    def _whole(self, api: Api, operation: Operation, inside: Iterator[str]) -> Response:
        prefixes = self._world.behaviour.prefixes
        element = f"{operation.name}Response"
        start = f'{opening(prefixes)}<{element} xmlns="{api.namespace}">'
        pieces = chain([start], inside, [f"</{element}>{closing(prefixes)}"])
        taken: list[str] = []
        length = 0
        for piece in pieces:
            taken.append(piece)
            length += len(piece)
            if length > _WHOLE:
                return StreamingResponse(chain(taken, pieces), media_type=CONTENT_TYPE)
        return self._checked(api, "".join(taken))

    def _checked(self, api: Api, text: str) -> Response:
        # What 10.1 leaves out comes in another order too; the schemas at hand are newer.
        if self._check is not None and self._world.behaviour.optional_fields:
            self._check.check(api, body_of(text.encode()))
        return Response(text, media_type=CONTENT_TYPE)
