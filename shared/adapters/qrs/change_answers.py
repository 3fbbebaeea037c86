"""What the answers to changes say: done, refused, or lost. Each raises `QrsError` for the rest."""

import json
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Never

from shared.adapters.qrs.answers import (
    AnswerHead,
    answered,
    delete_answer,
    excerpt,
    refusal,
    unexpected,
)
from shared.adapters.qrs.changes import selected_type
from shared.adapters.qrs.paths import guid
from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsAnswerError, QrsUnavailableError
from shared.domain.model import LicenseType
from shared.domain.release import AllocateAnswer, AllocateKind, DeleteAnswer

_SAYS_NO = frozenset(
    {
        HTTPStatus.BAD_REQUEST,  # <BrokenRules>: none free, already there (QRS fact 1d)
        HTTPStatus.NOT_FOUND,  # the record is gone, or this version has no such way
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.CONFLICT,  # an older modifiedDate than the record has by now
    }
)
_MAY_BE_HALF_DONE = _SAYS_NO - {HTTPStatus.METHOD_NOT_ALLOWED}
_NOT_OURS = "request header is incorrect"  # a virtual proxy's 400: it never reached QRS
_SHOWN = 500


def allocate_answer(head: AnswerHead) -> AllocateAnswer:
    """What the answer to giving or reinstating a license says.

    Raises:
        TryAgainError: throttled: nothing was done.
        QrsError: it is not QRS's answer, or the account has no right.
    """
    _raise_if_throttled(head)
    if head.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return lost_allocation(_said(head))
    if _is_success(head) and head.is_json:
        return AllocateAnswer(AllocateKind.ACCEPTED)
    if _is_success(head) and not head.is_html:
        return lost_allocation(unexpected(head))
    if head.status in _SAYS_NO and _NOT_OURS not in head.text:
        return AllocateAnswer(AllocateKind.REFUSED, _said(head))
    raise refusal(head)


def lost_allocation(why: str) -> AllocateAnswer:
    """Sent, and nobody knows what came of it."""
    return AllocateAnswer(AllocateKind.LOST, why)


@dataclass(frozen=True, slots=True)
class CreatedSelection:
    """A selection that QRS made; `items` as (type, id) in lower case, None when unreadable."""

    id: str
    items: tuple[tuple[str, str], ...] | None

    def confirm(self, license_type: LicenseType, wanted: list[str]) -> None:
        """Raise `QrsAnswerError` unless it holds the wanted licenses (ids), each once, only."""
        kind = selected_type(license_type).lower()
        if Counter(self.items) != Counter((kind, each) for each in wanted):
            count = "unreadable" if self.items is None else len(self.items)
            raise QrsAnswerError(
                f"QRS made a selection of {count} items that is not the one of {len(wanted)} "
                f"{license_type} access licenses asked for, so nothing was deleted. Licenses that "
                "are gone by now may be the reason: read them again."
            )


def selection_answer(head: AnswerHead) -> CreatedSelection:
    """The selection that was made; until it is used, it does no harm.

    Raises:
        TryAgainError: throttled: nothing was done.
        QrsError: there is no selection that could be used.
    """
    _raise_if_throttled(head)
    if head.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        no_selection(_said(head))
    if not (_is_success(head) and head.is_json):
        raise refusal(head)
    try:
        body = json.loads(head.text.removeprefix("\ufeff"))
        selection_id = guid(body["id"])
    except (ValueError, LookupError, TypeError) as error:
        raise QrsAnswerError(
            f"{unexpected(head)} It is no selection with an id, so nothing was deleted."
        ) from error
    return CreatedSelection(selection_id, _items(body))


def no_selection(why: str) -> Never:
    """Without its id a selection can't be used, nor cleaned up; left behind, it does nothing."""
    raise QrsUnavailableError(f"{why} Without a selection nothing was deleted.")


def selected_delete_answer(head: AnswerHead) -> DeleteAnswer:
    """What the answer to deleting the licenses of a selection says.

    QRS may have stopped half way (QRS fact 2e), so all but a clear refusal asks for reading.
    """
    if head.status in _MAY_BE_HALF_DONE and _NOT_OURS not in head.text:
        return DeleteAnswer.LOST
    return delete_answer(head)


def forget_answer(head: AnswerHead) -> str:
    """Why a selection is still there after it was to be deleted; empty when it is gone."""
    return _said(head) if delete_answer(head) is DeleteAnswer.LOST else ""


def _items(body: dict[str, object]) -> tuple[tuple[str, str], ...] | None:
    items = body.get("items")
    if not isinstance(items, list):
        return None
    try:
        return tuple((item["type"].lower(), guid(item["objectID"])) for item in items)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _raise_if_throttled(head: AnswerHead) -> None:
    if head.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TryAgainError(f"{answered(head)}.", head.retry_after)


def _is_success(head: AnswerHead) -> bool:
    return HTTPStatus.OK <= head.status < HTTPStatus.MULTIPLE_CHOICES


def _said(head: AnswerHead) -> str:
    return f"{answered(head)}.{excerpt(head, _SHOWN)}"
