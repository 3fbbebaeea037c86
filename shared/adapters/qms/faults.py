"""What went wrong below HTTP: names, connections, certificates, timeouts, cut answers.

Each fault gets its own sentence, because the setting to look at differs.
"""

import socket
import ssl
from collections.abc import Iterator

import httpx

from shared.adapters.qms.answers import CERTIFICATES_WANTED, Question
from shared.adapters.qms.retrying import TryAgainError
from shared.domain.errors import QmsAnswerError, QmsDeniedError, QmsError

# With TLS 1.3 the server's word on a missing certificate comes after the handshake, at the first
# read, where httpcore lets ssl.SSLError through as it is.
FAULTS = (httpx.RequestError, ssl.SSLError, TimeoutError)

# What servers answer to a client without a certificate where they want one.
_CERTIFICATE_WANTED = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "HANDSHAKE_FAILURE")
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


def explain(fault: Exception, question: Question) -> QmsError:
    """The error to raise: `TryAgainError` when it may pass, else what to change."""
    if isinstance(fault, httpx.DecodingError):
        return QmsAnswerError(
            f"{question.site} compressed its answer to {question.operation} in a way that can't be "
            "read, though it was asked not to: look at proxies on the way."
        )
    for cause in _causes(fault):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return QmsDeniedError(
                f"The certificate of {question.site} can't be trusted ({cause.verify_message}): "
                "the host in QLIKVIEW__URL must be a name in it, its dates must hold, and its root "
                "must be in QLIKVIEW__ROOT_CERTIFICATE_*."
            )
        if isinstance(cause, ssl.SSLError) and (message := _tls_refusal(cause, question)):
            return QmsDeniedError(message)
        if isinstance(cause, socket.gaierror):
            return TryAgainError(
                f"The host name of {question.site} can't be resolved: check QLIKVIEW__URL and the "
                "DNS of the network that this app runs in."
            )
    return TryAgainError(_passing(fault, question))


def _tls_refusal(error: ssl.SSLError, question: Question) -> str:
    reason = error.reason or ""
    if "ALERT" in reason and reason.endswith(_CERTIFICATE_WANTED):
        return f"{question.site} wants a client certificate ({reason}). {CERTIFICATES_WANTED}"
    if reason in _NOT_TLS:
        return f"{question.site} does not speak TLS: begin QLIKVIEW__URL with http://."
    if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        return f"{question.site} offers no TLS version from 1.2 up: enable TLS 1.2 on that server."
    return ""


def _passing(fault: Exception, question: Question) -> str:
    site, operation = question.site, question.operation
    if isinstance(fault, httpx.ConnectTimeout):
        return (
            f"{site} did not take the connection in time: check QLIKVIEW__URL, and that firewalls "
            "let this app through."
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(fault)):
        return (
            f"{site} refuses connections: check QLIKVIEW__URL, and that the QlikView Management "
            "Service runs."
        )
    if isinstance(fault, httpx.ConnectError):
        said = f" ({fault})" if str(fault) else ""
        return (
            f"No connection to {site}{said}: check QLIKVIEW__URL, and whether it is http or https."
        )
    if isinstance(fault, httpx.TimeoutException | TimeoutError):
        return f"{site} did not answer {operation} in time: it may be overloaded."
    return (
        f"{site} closed the connection before the answer to {operation} was complete. If it does "
        "so every time, check QLIKVIEW__URL: http or https, host and port."
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and everything that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__
