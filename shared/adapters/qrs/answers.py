"""What the head of an answer means: data, a refusal with advice, or a reason to try again.

A login page, a proxy's error page and a redirect all look like success to a careless client
(QRS facts 1c, 1d); none of them may ever be read as "no licenses".
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsAnswerError, QrsDeniedError, QrsError
from shared.domain.release import DeleteAnswer

_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})
_JSON = re.compile(r"application/([a-z0-9.+-]+\+)?json|text/json")
_HTML = re.compile(r"text/html|application/xhtml\+xml")
_EXCERPT = 200


class UnknownPathError(QrsAnswerError):
    """QRS answered 404: this version does not have the path, or it is not QRS that answers."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of whom, for messages: `GET /qrs/about` of `host:4242`, and by which way."""

    text: str
    site: str
    by_jwt: bool

    @property
    def who(self) -> str:
        """The setting that names the account."""
        return "QLIK_SENSE__JWT_*" if self.by_jwt else "QLIK_SENSE__USER"

    @property
    def where(self) -> str:
        """The settings to look at when somebody else than QRS answers."""
        if self.by_jwt:
            return "QLIK_SENSE__JWT_* and QLIK_SENSE__VIRTUAL_PROXY"
        return "QLIK_SENSE__HOST and QLIK_SENSE__PORT (QRS itself listens on 4242)"


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """Status, headers that matter, and the body, or its start, unless it is the data of a GET.

    `retry_after` is in seconds.
    """

    question: Question
    status: int
    content_type: str = ""
    location: str = ""
    retry_after: float | None = None
    text: str = ""

    @property
    def is_json(self) -> bool:
        """Whether the body says of itself that it is JSON."""
        return bool(_JSON.fullmatch(self.content_type))

    @property
    def is_html(self) -> bool:
        """Whether the body is a page for people."""
        return bool(_HTML.fullmatch(self.content_type))

    @property
    def is_data(self) -> bool:
        """Whether the body may be read as the answer to a GET."""
        return self.status == HTTPStatus.OK and self.is_json


def read_problem(head: AnswerHead) -> QrsError:
    """Why the answer to a GET is not data (see `AnswerHead.is_data`)."""
    if head.status in _WORTH_ANOTHER_TRY:
        return TryAgainError(answered(head) + ".", head.retry_after)
    return refusal(head)


def delete_answer(head: AnswerHead) -> DeleteAnswer:
    """What the answer to a DELETE says; raises `QrsError` when QRS certainly did nothing.

    5xx says nothing: the license may be gone already. 404 is not documented for access licenses,
    but is QRS's usual answer for an unknown id (QRS fact 2d).
    """
    if head.status == HTTPStatus.NOT_FOUND:
        return DeleteAnswer.ALREADY_GONE
    if head.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TryAgainError(answered(head) + ".", head.retry_after)
    if head.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeleteAnswer.LOST
    if HTTPStatus.OK <= head.status < HTTPStatus.MULTIPLE_CHOICES and not head.is_html:
        return DeleteAnswer.ACCEPTED
    raise refusal(head)


def refusal(head: AnswerHead) -> QrsError:
    """The error for an answer that says no, or is not from QRS, with the setting to look at."""
    status, question = head.status, head.question
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return QrsDeniedError(
            f"{answered(head)} and sent us elsewhere{_destination(head)} instead of answering: "
            f"this app is not signed in there. Check {question.where}."
        )
    if status == HTTPStatus.BAD_REQUEST and "request header is incorrect" in head.text:
        return QrsDeniedError(
            f"{answered(head)}: the virtual proxy does not know this host name. Use the full name "
            "in QLIK_SENSE__HOST, or add the name to the proxy's host allow list."
        )
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return QrsDeniedError(_denial(head))
    if status < HTTPStatus.BAD_REQUEST and head.is_html:
        return QrsDeniedError(
            f"{answered(head)} with a web page instead of data, as a login page or another proxy "
            f"would. Check {question.where}."
        )
    if status == HTTPStatus.NOT_FOUND:
        return UnknownPathError(
            f"{answered(head)}: it does not know this path. Check {question.where}, and that this "
            "Qlik Sense version has it."
        )
    return QrsAnswerError(unexpected(head))


def _denial(head: AnswerHead) -> str:
    text, who = head.text.lower(), head.question.who
    if "xsrf" in text:
        return (
            f"{answered(head)}: the Xrfkey check failed. Something between this app and QRS drops "
            "the X-Qlik-Xrfkey header or cuts the URL: look at proxies and firewalls on the way."
        )
    if "inactive" in text:
        return (
            f"{answered(head)}: the account is inactive in Qlik Sense. Activate it in the QMC, or "
            f"name another one in {who}."
        )
    if head.status == HTTPStatus.UNAUTHORIZED:
        return (
            f"{answered(head)}: it does not accept the sign-in. "
            f"Check {head.question.where}.{excerpt(head)}"
        )
    return (
        f"{answered(head)}: the account has no right to this. Give the account of {who} the role "
        f"RootAdmin, or security rules for License* and User*.{excerpt(head)}"
    )


def unexpected(head: AnswerHead) -> str:
    """What came where JSON was expected."""
    kind = head.content_type or "no content type"
    return f"{answered(head)} ({kind}) where data in JSON was expected.{excerpt(head)}"


def answered(head: AnswerHead) -> str:
    """Who answered what to which question."""
    return f"{head.question.site} answered {head.status} to {head.question.text}"


def _destination(head: AnswerHead) -> str:
    # Without the query: login addresses carry one-time tickets.
    place = re.split(r"[?#]", head.location)[0][:_EXCERPT]
    return f" ({place})" if place.isprintable() and place else ""


def excerpt(head: AnswerHead, length: int = _EXCERPT) -> str:
    """The answer's own words as a sentence; none of a page for people."""
    if head.is_html:
        return ""
    text = " ".join(head.text.split())[:length]
    return f" It says: {text!r}" if text else ""
