"""What the desk answers to failures: a status for each kind, and the failure's own sentence."""

import json
from http import HTTPStatus

import pytest

from functions.answers import error_answer, json_answer
from shared.domain import errors
from shared.domain.errors import StewardError
from shared.domain.release import BadReleaseIdError
from shared.usecases.approve_plan import ApprovalRefusedError, UnknownPlanError
from shared.usecases.restore_release import RestoreRefusedError, UnknownReleaseError
from tests.unit.build import NOW


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (BadReleaseIdError, 400),
        (UnknownPlanError, 404),
        (UnknownReleaseError, 404),
        (ApprovalRefusedError, 409),
        (RestoreRefusedError, 409),
        (errors.QrsAnswerError, 502),
        (errors.QrsDeniedError, 502),
        (errors.QrsUnavailableError, 503),
        (errors.LedgerError, 503),
        (errors.MessageQueueError, 503),
        (errors.SettingsError, 500),
        (errors.SecretError, 500),
        (StewardError, 500),
    ],
)
def test_each_kind_of_failure_has_its_status(kind: type[StewardError], status: int) -> None:
    """And the answer has its sentence."""
    answer = error_answer(kind("what to do"))
    assert answer.status_code == status
    assert json.loads(answer.get_body()) == {"error": "what to do"}


def test_an_answer_is_json_with_times_in_iso_8601() -> None:
    """Scripts and people can read it."""
    answer = json_answer({"at": NOW}, HTTPStatus.OK)
    assert json.loads(answer.get_body()) == {"at": "2026-11-22T02:30:00+00:00"}
    assert answer.mimetype == "application/json"
