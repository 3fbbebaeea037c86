"""Answers that hold no SOAP: what they mean and what to do."""

import pytest

from shared.adapters.qms.answers import (
    AnswerHead,
    MissingRightsError,
    Question,
    refusal,
    sign_in_schemes,
)
from shared.adapters.qms.retrying import TryAgainError
from shared.domain.errors import QmsAnswerError, QmsDeniedError, QmsError

_QUESTION = Question("GetServices", "qvs01:4799", "12", 'the group "QlikView Management API"')


def _head(status: int, kind: str = "", location: str = "", text: str = "") -> AnswerHead:
    return AnswerHead(_QUESTION, status, kind, location, text=text)


@pytest.mark.parametrize(
    ("head", "kind", "advice"),
    [
        (AnswerHead(_QUESTION, 401, offered=("NTLM",)), QmsDeniedError, "QLIKVIEW__PASSWORD_*"),
        (AnswerHead(_QUESTION, 401, offered=("Basic",)), QmsDeniedError, "offers Basic"),
        (_head(401), QmsDeniedError, "offers nothing"),
        (_head(403), MissingRightsError, "QlikView Management API"),
        (_head(302, location="https://sso/login?ticket=1"), QmsDeniedError, "(https://sso/login)"),
        (_head(404), QmsAnswerError, "must end in /QMS/Service"),
        (_head(415), QmsAnswerError, "wsHttpBinding"),
        (_head(200, "text/html", text="<html>Sign in"), QmsAnswerError, "a web page"),
        (_head(200), QmsAnswerError, "with nothing at all"),
        (_head(200, "application/json", text='{"a":1}'), QmsAnswerError, '{"a":1}'),
        (_head(500, "text/plain", text="Oops"), QmsAnswerError, "'Oops'"),
        (_head(503, "text/html", text="<html>"), TryAgainError, "answered 503 to GetServices."),
        (_head(429), TryAgainError, "answered 429"),
    ],
)
def test_each_answer_says_what_to_do(head: AnswerHead, kind: type[QmsError], advice: str) -> None:
    """One sentence that names the setting, or the group, or what came."""
    error = refusal(head)
    assert type(error) is kind
    assert advice in str(error)
    assert "ticket" not in str(error)


def test_the_ways_to_sign_in_are_named_without_their_parameters() -> None:
    """Tokens and realms are nobody's business."""
    offered = ['Basic realm="a', ' b"', "NTLM", "Negotiate TlRMTVNTUA==", "NTLM", "", "a(b)"]
    assert sign_in_schemes(offered) == ("Basic", "NTLM", "Negotiate")
