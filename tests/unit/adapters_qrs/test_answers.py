"""What heads of answers mean."""

import pytest

from shared.adapters.qrs.answers import (
    AnswerHead,
    Question,
    UnknownPathError,
    delete_answer,
    read_problem,
)
from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsAnswerError, QrsDeniedError, QrsError
from shared.domain.release import DeleteAnswer

BY_CERTIFICATE = Question("GET /qrs/about", "qlik:4242", by_jwt=False)
BY_JWT = Question("GET /qrs/about", "qlik", by_jwt=True)


def _head(
    status: int, kind: str = "", text: str = "", question: Question = BY_CERTIFICATE
) -> AnswerHead:
    return AnswerHead(question, status, content_type=kind, text=text)


@pytest.mark.parametrize(
    ("status", "kind", "is_data"),
    [
        (200, "application/json", True),
        (200, "text/json", True),
        (200, "application/problem+json", True),
        (200, "text/html", False),
        (200, "text/plain", False),
        (200, "application/jsonp", False),
        (200, "", False),
        (201, "application/json", False),
        (204, "", False),
        (206, "application/json", False),
        (302, "application/json", False),
        (500, "application/json", False),
    ],
)
def test_only_200_with_json_is_data(status: int, kind: str, is_data: bool) -> None:
    """Nothing but a plain success that says it is JSON may be read."""
    assert _head(status, kind).is_data is is_data


_READS: list[tuple[AnswerHead, type[QrsError], str]] = [
    (_head(302), QrsDeniedError, "not signed in.*QLIK_SENSE__PORT"),
    (_head(302, question=BY_JWT), QrsDeniedError, "not signed in.*QLIK_SENSE__VIRTUAL_PROXY"),
    (_head(304), QrsDeniedError, "elsewhere"),
    (_head(200, "text/html"), QrsDeniedError, "web page instead of data.*QLIK_SENSE__PORT"),
    (_head(200, "text/html", question=BY_JWT), QrsDeniedError, "QLIK_SENSE__JWT"),
    (_head(200, "text/plain", "hi"), QrsAnswerError, "text/plain.*JSON was expected.*'hi'"),
    (_head(200), QrsAnswerError, "no content type"),
    (_head(204), QrsAnswerError, "204"),
    (_head(401), QrsDeniedError, "does not accept the sign-in"),
    (_head(403, text="XSRF prevention check failed."), QrsDeniedError, "Xrfkey check failed"),
    (
        _head(403, text="Forbidden: Your account is inactive. Contact your administrator"),
        QrsDeniedError,
        "inactive.*QLIK_SENSE__USER",
    ),
    (_head(403, text="Forbidden"), QrsDeniedError, "no right.*RootAdmin.*'Forbidden'"),
    (_head(403, "text/html", "<html>"), QrsDeniedError, r"User\*\.$"),
    (
        _head(400, "text/html", "<h1>The http request header is incorrect.</h1>"),
        QrsDeniedError,
        "host allow list",
    ),
    (_head(400, "text/plain", "Invalid\n expression"), QrsAnswerError, "'Invalid expression'"),
    (_head(404), UnknownPathError, "does not know this path"),
    (_head(409), QrsAnswerError, "409"),
    (_head(501), QrsAnswerError, "501"),
    *[(_head(status), TryAgainError, str(status)) for status in (429, 500, 502, 503, 504)],
]


@pytest.mark.parametrize(("head", "error", "sentence"), _READS)
def test_each_refusal_has_its_sentence(
    head: AnswerHead, error: type[QrsError], sentence: str
) -> None:
    """Every head that is not data tells who refused and which setting to look at."""
    problem = read_problem(head)
    assert type(problem) is error
    with pytest.raises(error, match=sentence):
        raise problem


def test_a_redirect_is_told_without_its_ticket() -> None:
    """The address of a login page is shown without the query, which may hold a ticket."""
    head = AnswerHead(BY_JWT, 302, location="https://qlik/login?ticket=SECRET")
    assert "(https://qlik/login)" in str(read_problem(head))
    assert "SECRET" not in str(read_problem(head))


def test_long_answers_are_cut() -> None:
    """A message stays one readable line."""
    assert len(str(read_problem(_head(400, "text/plain", "x\n" * 5000)))) < 500


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (204, "", DeleteAnswer.ACCEPTED),
        (200, "application/json", DeleteAnswer.ACCEPTED),
        (202, "", DeleteAnswer.ACCEPTED),
        (404, "", DeleteAnswer.ALREADY_GONE),
        (404, "application/json", DeleteAnswer.ALREADY_GONE),
        (500, "", DeleteAnswer.LOST),
        (501, "", DeleteAnswer.LOST),
        (502, "text/html", DeleteAnswer.LOST),
        (503, "text/html", DeleteAnswer.LOST),
    ],
)
def test_what_an_answer_to_delete_says(status: int, kind: str, expected: DeleteAnswer) -> None:
    """2xx is accepted, 404 already gone, and 5xx can't be relied on."""
    assert delete_answer(_head(status, kind)) is expected


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (200, "text/html", QrsDeniedError),
        (302, "", QrsDeniedError),
        (401, "", QrsDeniedError),
        (403, "", QrsDeniedError),
        (400, "", QrsAnswerError),
        (405, "", QrsAnswerError),
        (409, "", QrsAnswerError),
        (429, "", TryAgainError),
    ],
)
def test_a_refused_delete_is_an_error(status: int, kind: str, error: type[QrsError]) -> None:
    """A login page, a redirect, missing rights and throttling did not delete anything."""
    with pytest.raises(error):
        delete_answer(_head(status, kind))
