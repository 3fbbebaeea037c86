"""What went wrong with a write to InfluxDB, in one sentence that says what to do about it."""

import http.client
import json
from enum import Enum, auto
from http import HTTPStatus

import urllib3.exceptions as http_errors
from influxdb_client.rest import ApiException
from urllib3.util.retry import Retry

from shared.domain.errors import PointsError

# Everything that the library and what is below it raise when a request fails.
REQUEST_ERRORS = (
    ApiException,
    http_errors.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
_LONGEST_QUOTE = 400  # characters of an answer; the field that conflicts stands well before
_CHECK_URL = "check INFLUXDB__URL, and that InfluxDB runs and this app may reach it"


class Kind(Enum):
    """What can be done about a failure."""

    TRANSIENT = auto()  # the same request may work later
    REJECTED = auto()  # InfluxDB doesn't take some of these points; others it may take
    REFUSED = auto()  # no request will work until somebody changes something


class InfluxDbError(PointsError):
    """One request that failed; `pause` is how long the server asks to wait, in seconds."""

    def __init__(self, message: str, kind: Kind, pause: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.pause = pause


def unexpected_answer(where: str, status: int) -> InfluxDbError:
    """A success that isn't InfluxDB's 204, such as a login page: nothing was written."""
    return InfluxDbError(
        f"{where} answered {status}, where InfluxDB answers 204; is it another server, or a proxy "
        "or login page before it? Check INFLUXDB__URL.",
        Kind.REFUSED,
    )


def failure(where: str, bucket: str, error: Exception) -> InfluxDbError:
    """The failure behind an exception of the library; `where` names the server."""
    if isinstance(error, ApiException) and error.status:
        return _of_answer(where, bucket, error)
    if isinstance(error, ApiException | http_errors.SSLError):
        return InfluxDbError(
            f"{where} has no TLS certificate that can be verified ({_words(str(error))}); give it "
            "one for this name from a known authority, or name its root in SSL_CERT_FILE.",
            Kind.REFUSED,
        )
    if isinstance(error, UnicodeDecodeError):
        return InfluxDbError(
            f"{where} answered something that isn't InfluxDB's; {_CHECK_URL}.", Kind.REFUSED
        )
    if isinstance(error, ValueError):
        # The error's own text is not shown, for it may quote the token.
        return InfluxDbError(
            "No request can be made of the InfluxDB settings; write INFLUXDB__URL as "
            "http(s)://host:port, and the token as one line of plain characters.",
            Kind.REFUSED,
        )
    return _of_connection(where, error)


def _of_connection(where: str, error: Exception) -> InfluxDbError:
    timed_out = isinstance(error, http_errors.TimeoutError)
    if timed_out and not isinstance(error, http_errors.NewConnectionError):
        return InfluxDbError(f"{where} did not answer in time; {_CHECK_URL}.", Kind.TRANSIENT)
    return InfluxDbError(
        f"{where} can't be reached ({_words(str(error))}); {_CHECK_URL}.", Kind.TRANSIENT
    )


def _of_answer(where: str, bucket: str, error: ApiException) -> InfluxDbError:
    status = int(error.status)
    said = f"{status}: {_server_words(error.body) or error.reason}"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        advice = (
            f"refused the token ({said}); check INFLUXDB__TOKEN_SECRET or INFLUXDB__TOKEN_FILE, "
            f"and that this token may write to the bucket {bucket!r}."
        )
        return InfluxDbError(f"{where} {advice}", Kind.REFUSED)
    if status == HTTPStatus.NOT_FOUND:
        advice = (
            f"has no such bucket or organization ({said}); check INFLUXDB__BUCKET, INFLUXDB__ORG "
            "and INFLUXDB__URL."
        )
        return InfluxDbError(f"{where} {advice}", Kind.REFUSED)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_CONTENT}:
        advice = (
            f"rejected points for the bucket {bucket!r} ({said}); a field of another type was "
            "written there by another program, or the point is older than the bucket keeps: use "
            "another bucket, or delete what is in the way."
        )
        return InfluxDbError(f"{where} {advice}", Kind.REJECTED)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        advice = f"takes no batch of this size ({said}); raise its or its proxy's limit."
        return InfluxDbError(f"{where} {advice}", Kind.REFUSED)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        advice = f"is not able to write now ({said}); look at its own log if this stays so."
        return InfluxDbError(f"{where} {advice}", Kind.TRANSIENT, _pause(error))
    return unexpected_answer(where, status)


def _pause(error: ApiException) -> float | None:
    wish = error.headers.get("Retry-After") if error.headers else None
    if wish is None:
        return None
    try:
        return float(Retry().parse_retry_after(wish))
    except http_errors.InvalidHeader:
        return None


def _server_words(body: str | None) -> str:
    """What the answer says, of InfluxDB 1 (`error`), 2 (`message`) or 3 (`error` and `data`)."""
    try:
        answer = json.loads(body or "")
    except ValueError:
        return _words(body or "")
    if not isinstance(answer, dict):
        return _words(str(answer))
    details = answer.get("data")
    words = [answer.get("message"), answer.get("error")] + [
        detail.get("error_message") if isinstance(detail, dict) else detail
        for detail in (details if isinstance(details, list) else [])
    ]
    return _words(" ".join(str(word) for word in words if word) or str(answer))


def _words(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_QUOTE]
