"""The APIs of QMS: one namespace each, all at the same address (QlikView facts 1.2 to 1.4)."""

import re
from dataclasses import dataclass

from local.demo_qms.behaviour import Behaviour

_ROOT = "http://ws.qliktech.com/QMS/"
_ACTION = re.compile(r"(.*/)(\w+)/(\w+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Api:
    """One interface version.

    Attributes:
        name: as in the setting QLIKVIEW__API: `11`, `12`, `12.2` to `12.7`.
        namespace: of requests and answers.
        interface: the part of the SOAPAction before the operation.
        since: the first release that knows it.
    """

    name: str
    namespace: str
    interface: str
    since: tuple[int, int]


def _api(name: str, since: tuple[int, int]) -> Api:
    minor = name.partition(".")[2]
    return Api(name, f"{_ROOT}{name.replace('.', '/')}/", f"IQMS{minor}", since)


APIS = {
    api.name: api
    for api in (
        _api("11", (11, 0)),
        _api("12", (12, 0)),
        _api("12.2", (12, 10)),
        *(_api(f"12.{minor}", (12, 10 * minor)) for minor in range(3, 8)),
    )
}
_BY_PLACE = {(api.namespace, api.interface): api for api in APIS.values()}


@dataclass(frozen=True, slots=True)
class Action:
    """A SOAPAction that was taken apart; `api` is None for one that isn't of QMS."""

    text: str
    api: Api | None
    operation: str


def action_of(header: str) -> Action:
    """Take a SOAPAction header apart; the quotes around it may be missing (fact 1.5)."""
    text = header.strip().strip('"')
    match = _ACTION.fullmatch(text)
    if match is None:
        return Action(text, None, "")
    return Action(text, _BY_PLACE.get((match[1], match[2])), match[3])


def knows(behaviour: Behaviour, api: Api) -> bool:
    """Whether a server of that version offers the API."""
    return behaviour.release >= api.since
