"""What the desk answers: JSON or a page, and for each failure a status to rely on."""

import json
from datetime import datetime
from http import HTTPStatus

import azure.functions as func

from shared.domain.errors import (
    LedgerError,
    MessageQueueError,
    QrsError,
    QrsUnavailableError,
    StewardError,
)
from shared.domain.release import BadReleaseIdError
from shared.usecases.approve_plan import ApprovalRefusedError, UnknownPlanError
from shared.usecases.restore_release import RestoreRefusedError, UnknownReleaseError

# The first that fits counts, so the special ones come before the general ones.
_STATUSES: tuple[tuple[type[StewardError], HTTPStatus], ...] = (
    (BadReleaseIdError, HTTPStatus.BAD_REQUEST),
    (UnknownPlanError, HTTPStatus.NOT_FOUND),
    (UnknownReleaseError, HTTPStatus.NOT_FOUND),
    (ApprovalRefusedError, HTTPStatus.CONFLICT),
    (RestoreRefusedError, HTTPStatus.CONFLICT),
    (QrsUnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (QrsError, HTTPStatus.BAD_GATEWAY),
    (LedgerError, HTTPStatus.SERVICE_UNAVAILABLE),
    (MessageQueueError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def json_answer(value: object, status: int = HTTPStatus.OK) -> func.HttpResponse:
    """`value` as JSON for people and scripts; times as ISO 8601."""
    text = json.dumps(value, default=_plain, indent=2)
    return func.HttpResponse(text, status_code=int(status), mimetype="application/json")


def html_answer(html: str, content_security_policy: str) -> func.HttpResponse:
    """A page with personal data: kept by nobody on the way, and its address told to nobody."""
    headers = {
        "Content-Security-Policy": content_security_policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
    }
    # `mimetype` has no charset, and a header of ours takes its place.
    return func.HttpResponse(
        html.encode(), headers={**headers, "Content-Type": "text/html; charset=utf-8"}
    )


def error_answer(error: StewardError) -> func.HttpResponse:
    """`{"error": ...}` with the failure's own sentence and the status of its kind."""
    return json_answer({"error": str(error)}, status_of(error))


def status_of(error: StewardError) -> HTTPStatus:
    """400 bad input, 404 unknown, 409 refused, 502 and 503 QRS or storage, 500 settings."""
    fitting = (status for kind, status in _STATUSES if isinstance(error, kind))
    return next(fitting, HTTPStatus.INTERNAL_SERVER_ERROR)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
