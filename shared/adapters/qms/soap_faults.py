"""What a SOAP fault of QMS means, and what to do about it (QMS facts 1.2, 1.8, 1.9).

Beside the words "Service key" no fault of a real QMS is on record: the others are WCF's own.
"""

from shared.adapters.qms.answers import Question, excerpt, missing_rights
from shared.adapters.qms.retrying import TryAgainError
from shared.adapters.qms.soap_envelope import SoapFault
from shared.domain.errors import QmsAnswerError, QmsDeniedError, QmsError

_NO_RIGHT = (
    "access is denied",
    "access denied",
    "accessdenied",
    "not authorized",
    "unauthorized",
    "not a member of",
    "permission",
    "failedauthentication",
)
_UNKNOWN_CONTRACT = ("actionnotsupported", "contractfilter", "contract mismatch")
_UNKNOWN_ADDRESS = ("addressfilter", "destinationunreachable", "endpointnotfound")
_BUSY = ("servertoobusy", "endpointunavailable", "timeoutexception")


class ServiceKeyRefusedError(QmsDeniedError):
    """QMS did not take the service key: it is too old, or it did not arrive."""


class FaultAnswerError(QmsAnswerError):
    """QMS answered with a fault that has no special meaning."""


def fault_error(fault: SoapFault, question: Question) -> QmsError:
    """The error for a fault."""
    told = f"{fault.code} {fault.text} {fault.detail}".lower()
    who = f"{question.site} refused {question.operation}"
    words = excerpt(" ".join(filter(None, (fault.text, fault.detail))) or fault.code)
    if "service key" in told:
        return ServiceKeyRefusedError(
            f"{who} because of the service key, which was fetched just before: look whether a "
            f"proxy on the way drops the X-Service-Key header.{words}"
        )
    if any(word in told for word in _UNKNOWN_CONTRACT):
        return QmsAnswerError(
            f"{who}: it does not have the interface {question.api}. Set QLIKVIEW__API to one that "
            f"this QlikView version has; 11 is the oldest.{words}"
        )
    if any(word in told for word in _UNKNOWN_ADDRESS):
        return QmsAnswerError(
            f"{who}: it does not listen at this address. QLIKVIEW__URL must end in /QMS/Service "
            f"and have the host name that QMS goes by.{words}"
        )
    if any(word in told for word in _NO_RIGHT):
        return missing_rights(question, f"{who}{_quoted(words)}")
    if any(word in told for word in _BUSY):
        return TryAgainError(f"{who}: it is too busy.{words}")
    return FaultAnswerError(
        f"{question.site} answered {question.operation} with a fault; its log has more.{words}"
    )


def _quoted(words: str) -> str:
    return f" ({words.removeprefix(' It says: ')})" if words else ""
