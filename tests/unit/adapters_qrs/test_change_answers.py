"""What heads of answers to changes mean."""

import json

import pytest

from shared.adapters.qrs.answers import AnswerHead, Question
from shared.adapters.qrs.change_answers import (
    allocate_answer,
    forget_answer,
    selected_delete_answer,
    selection_answer,
)
from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import (
    QrsAnswerError,
    QrsDeniedError,
    QrsError,
    QrsUnavailableError,
)
from shared.domain.model import LicenseType
from shared.domain.release import AllocateKind, DeleteAnswer

QUESTION = Question("POST /qrs/x", "qlik:4242", by_jwt=False)
ANALYZER = LicenseType.ANALYZER
IDS = ["41e8464e-87ed-4ea3-9fc7-e09d2dc6781a", "9e403391-58a7-4442-ada7-c54dc8906016"]
PROXY_400 = "<h1>The http request header is incorrect.</h1>"


def _head(status: int, kind: str = "", text: str = "") -> AnswerHead:
    return AnswerHead(QUESTION, status, content_type=kind, text=text)


def _item(license_id: str, kind: str = "License.AnalyzerAccessType") -> dict[str, object]:
    return {"type": kind, "objectID": license_id}


def _selection(*items: object) -> AnswerHead:
    return _head(201, "application/json", json.dumps({"id": IDS[0], "items": items}))


@pytest.mark.parametrize(
    ("head", "kind", "detail"),
    [
        (_head(201, "application/json", "{}"), AllocateKind.ACCEPTED, ""),
        (_head(200, "application/json", "{}"), AllocateKind.ACCEPTED, ""),
        (_head(204), AllocateKind.LOST, "204"),
        (_head(201, "text/plain", "fine"), AllocateKind.LOST, "'fine'"),
        (
            _head(400, "text/plain", "<BrokenRules> none"),
            AllocateKind.REFUSED,
            "<BrokenRules> none",
        ),
        (_head(404), AllocateKind.REFUSED, "404"),
        (_head(405), AllocateKind.REFUSED, "405"),
        (_head(409, "text/plain", "Conflict"), AllocateKind.REFUSED, "Conflict"),
        (_head(500), AllocateKind.LOST, "500"),
        (_head(503, "text/html", "<html>"), AllocateKind.LOST, "503"),
    ],
)
def test_what_an_answer_to_giving_a_license_says(
    head: AnswerHead, kind: AllocateKind, detail: str
) -> None:
    """2xx with JSON is accepted, a clear no is refused in QRS's words, the rest is lost."""
    answer = allocate_answer(head)
    assert answer.kind is kind
    assert detail in answer.detail
    assert bool(answer.detail) is (kind is not AllocateKind.ACCEPTED)


_STRANGERS: list[tuple[AnswerHead, type[QrsError]]] = [
    (_head(200, "text/html", "<html>"), QrsDeniedError),
    (_head(302), QrsDeniedError),
    (_head(400, "text/html", PROXY_400), QrsDeniedError),
    (_head(401), QrsDeniedError),
    (_head(403), QrsDeniedError),
    (_head(415), QrsAnswerError),
    (_head(429), TryAgainError),
]


@pytest.mark.parametrize(("head", "error"), _STRANGERS)
def test_what_certainly_did_nothing_is_an_error(head: AnswerHead, error: type[QrsError]) -> None:
    """Pages, redirects, missing rights and throttling are told as such, for every change."""
    for judge in (allocate_answer, selection_answer, selected_delete_answer, forget_answer):
        with pytest.raises(error):
            judge(head)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (204, DeleteAnswer.ACCEPTED),
        (200, DeleteAnswer.ACCEPTED),
        (400, DeleteAnswer.LOST),
        (404, DeleteAnswer.LOST),
        (409, DeleteAnswer.LOST),
        (500, DeleteAnswer.LOST),
        (503, DeleteAnswer.LOST),
    ],
)
def test_a_bulk_delete_may_have_stopped_half_way(status: int, expected: DeleteAnswer) -> None:
    """An error may have come after the first licenses went, so it asks for reading."""
    assert selected_delete_answer(_head(status)) is expected


def test_a_selection_left_behind_says_why() -> None:
    """Gone is gone, however it went."""
    assert forget_answer(_head(204)) == ""
    assert forget_answer(_head(404)) == ""
    assert "503" in forget_answer(_head(503))


def test_the_right_selection_is_confirmed() -> None:
    """In any order and any case; with a byte order mark as well."""
    made = selection_answer(_selection(*[_item(each.upper()) for each in reversed(IDS)]))
    made.confirm(ANALYZER, IDS)
    marked = _selection(_item(IDS[1]))
    again = selection_answer(_head(201, "application/json", "\ufeff" + marked.text))
    again.confirm(ANALYZER, IDS[1:])
    assert made.id == IDS[0]


_WRONG: dict[str, tuple[object, ...]] = {
    "nothing": (),
    "one less": (_item(IDS[0]),),
    "one more": (_item(IDS[0]), _item(IDS[1]), _item("00000000-0000-0000-0000-000000000001")),
    "one twice": (_item(IDS[0]), _item(IDS[1]), _item(IDS[1])),
    "one twice in place of another": (_item(IDS[0]), _item(IDS[0])),
    "another": (_item(IDS[0]), _item("00000000-0000-0000-0000-000000000001")),
    "another type": (_item(IDS[0]), _item(IDS[1], "License.ProfessionalAccessType")),
    "the site license": (_item(IDS[0]), _item(IDS[1], "License")),
    "no id": (_item(IDS[0]), {"type": "License.AnalyzerAccessType"}),
    "no GUID": (_item(IDS[0]), _item("all")),
    "no type": (_item(IDS[0]), {"objectID": IDS[1]}),
    "null": (_item(IDS[0]), None),
}


@pytest.mark.parametrize("case", _WRONG)
def test_any_other_selection_is_refused(case: str) -> None:
    """Too many, too few, others, another type, unreadable: its id is known, for cleaning up."""
    made = selection_answer(_selection(*_WRONG[case]))
    assert made.id == IDS[0]
    with pytest.raises(QrsAnswerError, match="nothing was deleted"):
        made.confirm(ANALYZER, IDS)


@pytest.mark.parametrize("items", [None, {}, "all", 2])
def test_a_selection_that_does_not_say_what_it_holds_is_refused(items: object) -> None:
    """Without a list of items nobody can compare."""
    text = json.dumps({"id": IDS[0], "items": items})
    made = selection_answer(_head(201, "application/json", text))
    with pytest.raises(QrsAnswerError, match="unreadable"):
        made.confirm(ANALYZER, IDS)


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "{}", '{"id": 5}', '{"id": "x"}', "5"])
def test_a_selection_without_an_id_is_refused(body: str) -> None:
    """Nothing can be done with it."""
    with pytest.raises(QrsAnswerError, match="no selection with an id"):
        selection_answer(_head(201, "application/json", body))


def test_a_selection_that_failed_is_worth_another_try_later() -> None:
    """It is not sent again at once: the first one may be there."""
    with pytest.raises(QrsUnavailableError, match="nothing was deleted") as caught:
        selection_answer(_head(503))
    assert not isinstance(caught.value, TryAgainError)
