"""An answer without an end."""

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from local.demo_qms.apis import APIS, Action
from local.demo_qms.cal_answers import CALS
from local.demo_qms.soap import ENVELOPE

_ROWS = 500


def endless_answer(action: Action) -> Response:
    """A well-formed GetCALConfigurationResponse that goes on as long as it is read."""
    return StreamingResponse(_pieces(action), media_type="text/xml; charset=utf-8")


async def _pieces(action: Action) -> AsyncIterator[str]:
    namespace = (action.api or APIS["11"]).namespace
    yield (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>'
        f'<GetCALConfigurationResponse xmlns="{namespace}">'
        f'<GetCALConfigurationResult xmlns:b="{CALS}"><b:NamedCALs><b:AssignedCALs>'
    )
    number = 0
    while True:
        yield "".join(_row(number + row) for row in range(_ROWS))
        number += _ROWS


def _row(number: int) -> str:
    user = f"<b:UserName>ACME\\user{number}</b:UserName>"
    return f"<b:AssignedNamedCAL>{user}</b:AssignedNamedCAL>"
