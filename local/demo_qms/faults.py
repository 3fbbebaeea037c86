"""Faults that can be switched on and off while QMS runs, for all operations or for some."""

import random
import threading
from dataclasses import dataclass, field

from local.demo_site.faults import (
    ALWAYS,
    Answer,
    CutBody,
    Delay,
    Drop,
    LoseAnswer,
    WrongContentType,
    html_page,
    status,
)

__all__ = [
    "Answer",
    "CutBody",
    "Delay",
    "Drop",
    "Effect",
    "EndlessBody",
    "ExpireKeys",
    "Faults",
    "Injection",
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


@dataclass(eq=False)
class Injection:
    """One fault that was switched on. `hits` counts how often it struck."""

    effect: Effect
    operation: str
    before_login: bool
    share: float
    skip: int
    times: int | None
    hits: int = field(default=0)
    seen: int = field(default=0)


class Faults:
    """All faults that are switched on; the random ones repeat with the seed."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._injections: list[Injection] = []

    def inject(
        self,
        effect: Effect,
        *,
        operation: str = "*",
        before_login: bool = False,
        share: float = ALWAYS,
        skip: int = 0,
        times: int | None = None,
    ) -> Injection:
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
        if not 0 <= share <= ALWAYS:
            raise ValueError(f"share is a part between 0 and 1, not {share}")
        injection = Injection(effect, operation, before_login, share, skip, times)
        with self._lock:
            self._injections.append(injection)
        return injection

    def remove(self, injection: Injection) -> None:
        """Switch one fault off."""
        with self._lock:
            self._injections = [x for x in self._injections if x is not injection]

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._injections.clear()

    def strike(self, operation: str, *, before_login: bool) -> list[Effect]:
        """Decide which effects this request suffers, and count them."""
        with self._lock:
            return [
                x.effect
                for x in self._injections
                if x.before_login == before_login
                and x.operation in {"*", operation}
                and self._strikes(x)
            ]

    def _strikes(self, injection: Injection) -> bool:
        injection.seen += 1
        over = injection.times is not None and injection.hits >= injection.times
        if over or injection.seen <= injection.skip:
            return False
        if injection.share < ALWAYS and self._rng.random() >= injection.share:
            return False
        injection.hits += 1
        return True
