"""What the head of an answer means when it is not SOAP: a refusal with advice, or try again.

A fault in the body comes before all this (see `soap_faults`).
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from shared.adapters.qms.retrying import TryAgainError
from shared.domain.errors import QmsAnswerError, QmsDeniedError, QmsError

_WORTH_ANOTHER_TRY = frozenset({429, 502, 503, 504})
_XML = re.compile(r"(text|application)/(soap\+)?xml")
_HTML = re.compile(r"text/html|application/xhtml\+xml")
_SCHEME = re.compile(r"[A-Za-z0-9._~-]{1,30}")
_SIGN_IN = frozenset({"ntlm", "negotiate"})
_EXCERPT = 200

CERTIFICATES_WANTED = (
    "QMS is secured by certificates there, which makes it speak SOAP 1.2 with WS-Addressing "
    "(wsHttpBinding): this app doesn't. Give it an address where QMS takes Windows (NTLM) sign-in, "
    "as an installation without certificates does."
)


class MissingRightsError(QmsDeniedError):
    """The account is known, but has no right to this call."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of whom, for messages; `rights` is what the account needs for it."""

    operation: str
    site: str
    api: str
    rights: str


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """Status and headers that matter; `text` is the start of a body that is not XML."""

    question: Question
    status: int
    content_type: str = ""
    location: str = ""
    offered: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_xml(self) -> bool:
        """Whether the body says of itself that it is XML."""
        return bool(_XML.fullmatch(self.content_type))

    @property
    def is_html(self) -> bool:
        """Whether the body is a page for people."""
        return bool(_HTML.fullmatch(self.content_type))


def sign_in_schemes(www_authenticate: list[str]) -> tuple[str, ...]:
    """The ways of signing in that a 401 offers, of all its WWW-Authenticate headers."""
    words = (value.split(maxsplit=1)[0] for value in www_authenticate if value.strip())
    return tuple(dict.fromkeys(word for word in words if _SCHEME.fullmatch(word)))


def refusal(head: AnswerHead) -> QmsError:
    """The error for an answer without SOAP in it, with the setting to look at."""
    status = head.status
    if status in _WORTH_ANOTHER_TRY:
        return TryAgainError(f"{answered(head)}.{excerpt(head.text, page=head.is_html)}")
    if status == HTTPStatus.UNAUTHORIZED:
        return QmsDeniedError(_not_signed_in(head))
    if status == HTTPStatus.FORBIDDEN:
        return missing_rights(head.question, f"{answered(head)}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return QmsDeniedError(
            f"{answered(head)} and sent us elsewhere{_destination(head)} instead of answering: "
            "check QLIKVIEW__URL, which must be the address of QMS itself."
        )
    return QmsAnswerError(_not_soap(head))


def missing_rights(question: Question, what: str) -> MissingRightsError:
    """The error for an account that may not do this."""
    return MissingRightsError(
        f"{what}: the account of QLIKVIEW__USER has no right to this. Put it into "
        f"{question.rights} on the server of QMS; it counts from the account's next sign-in."
    )


def answered(head: AnswerHead) -> str:
    """Who answered what to which question."""
    return f"{head.question.site} answered {head.status} to {head.question.operation}"


def excerpt(text: str, *, page: bool = False) -> str:
    """The answer's own words as a sentence; none of a page for people."""
    words = " ".join(text.split())[:_EXCERPT]
    return f" It says: {words!r}" if words and not page else ""


def _not_signed_in(head: AnswerHead) -> str:
    if _SIGN_IN.isdisjoint(scheme.lower() for scheme in head.offered):
        offered = " and ".join(head.offered) or "nothing"
        return (
            f"{answered(head)} and offers {offered} to sign in by, not NTLM: check QLIKVIEW__URL, "
            "and that neither QMS nor a proxy before it has Windows sign-in switched off."
        )
    return (
        f"{answered(head)}: it does not accept QLIKVIEW__USER with the password of "
        "QLIKVIEW__PASSWORD_*. Check both, that the account is neither locked nor expired, and "
        "that NTLM is allowed there: this app has no Kerberos."
    )


def _not_soap(head: AnswerHead) -> str:
    status = head.status
    if status == HTTPStatus.NOT_FOUND:
        return (
            f"{answered(head)}: there is no such path. QLIKVIEW__URL must end in /QMS/Service, "
            "like http://qlikview.example.com:4799/QMS/Service."
        )
    if status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        return f"{answered(head)}: it does not take SOAP 1.1. {CERTIFICATES_WANTED}"
    if head.is_html:
        return (
            f"{answered(head)} with a web page instead of SOAP, as a proxy or a login page would: "
            "check QLIKVIEW__URL, and proxies on the way."
        )
    if not head.content_type and not head.text.strip():
        return f"{answered(head)} with nothing at all: check QLIKVIEW__URL."
    kind = head.content_type or "no content type"
    return f"{answered(head)} ({kind}) where SOAP was expected.{excerpt(head.text)}"


def _destination(head: AnswerHead) -> str:
    # Without the query: login addresses carry one-time tickets.
    place = re.split(r"[?#]", head.location)[0][:_EXCERPT]
    return f" ({place})" if place.isprintable() and place else ""
