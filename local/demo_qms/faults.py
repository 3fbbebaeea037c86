"""Faults that can be switched on and off while QMS runs, for all operations or for some."""

from dataclasses import dataclass

from local.demo_site.faults import (
    Answer,
    CutBody,
    Delay,
    Drop,
    LoseAnswer,
    WrongContentType,
    html_page,
    status,
)
from local.demo_site.injections import ALWAYS, Injection, Injections

__all__ = [
    "Answer",
    "CutBody",
    "Delay",
    "Drop",
    "Effect",
    "EndlessBody",
    "ExpireKeys",
    "Faults",
    "LackGroup",
    "LoseAnswer",
    "WrongContentType",
    "billion_laughs",
    "external_entity",
    "html_page",
    "redirect",
    "status",
    "xml_body",
]

_XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ExpireKeys:
    """All keys given out so far, this call's too, are over at once."""


@dataclass(frozen=True, slots=True)
class LackGroup:
    """The caller is not in this group, whatever its account says."""

    group: str


@dataclass(frozen=True, slots=True)
class EndlessBody:
    """Answer with named CALs without an end, as long as the client reads."""


type Effect = (
    Delay
    | Answer
    | Drop
    | LoseAnswer
    | CutBody
    | WrongContentType
    | ExpireKeys
    | LackGroup
    | EndlessBody
)


@dataclass(frozen=True, slots=True)
class Call:
    """What a fault may be for: an operation, before the caller is logged in or after."""

    operation: str
    before_login: bool


def redirect(location: str, code: int = 302) -> Answer:
    """A redirect to another address."""
    return Answer(code, headers=(("Location", location),))


def xml_body(text: str, code: int = 200) -> Answer:
    """Any XML in the place of the answer."""
    return Answer(code, text.encode(), content_type=_XML)


def billion_laughs(levels: int = 9) -> Answer:
    """A small document whose entities grow to ten to the power of `levels` words."""
    grown = (f'<!ENTITY a{x} "{f"&a{x - 1};" * 10}">' for x in range(1, levels + 1))
    return xml_body(_with_dtd("".join(['<!ENTITY a0 "lol">', *grown]), f"&a{levels};"))


def external_entity(url: str) -> Answer:
    """A document that has its reader fetch a file or an address."""
    return xml_body(_with_dtd(f'<!ENTITY secret SYSTEM "{url}">', "&secret;"))


def _with_dtd(entities: str, text: str) -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE e [{entities}]>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetTimeLimitedServiceKeyResponse xmlns="http://ws.qliktech.com/QMS/11/">'
        f"<GetTimeLimitedServiceKeyResult>{text}</GetTimeLimitedServiceKeyResult>"
        "</GetTimeLimitedServiceKeyResponse></s:Body></s:Envelope>"
    )


class Faults(Injections[Effect, Call]):
    """All faults that are switched on; the random ones repeat with the seed."""

    def inject(
        self,
        effect: Effect,
        *,
        operation: str = "*",
        before_login: bool = False,
        share: float = ALWAYS,
        skip: int = 0,
        times: int | None = None,
    ) -> Injection[Effect, Call]:
        """Switch a fault on.

        Args:
            effect: what happens.
            operation: e.g. `GetCALConfiguration`; `*` for any.
            before_login: strike every HTTP request, the steps of the NTLM handshake too, as a
                proxy in between would. Else it strikes calls of who is logged in.
            share: which part of the matching requests is struck, 0 to 1.
            skip: how many matching requests go well first.
            times: after how many strikes it is over; None never.
        """

        def concerns(call: Call) -> bool:
            return call.before_login == before_login and operation in {"*", call.operation}

        return self.add(Injection(effect, concerns, share, skip, times))

    def strike(self, operation: str, *, before_login: bool) -> list[Effect]:
        """Decide which effects this request suffers, and count them."""
        return self.struck(Call(operation, before_login))
