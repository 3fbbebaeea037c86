"""What went wrong below HTTP: names, connections, certificates, timeouts, cut answers.

Each fault gets its own sentence, because the setting to look at differs.
"""

import ssl

import httpx

from shared.adapters.http_faults import NOT_TLS, Advice, causes, passing_fault
from shared.adapters.qms.answers import CERTIFICATES_WANTED, Question
from shared.adapters.qms.retrying import TryAgainError
from shared.domain.errors import QmsAnswerError, QmsDeniedError, QmsError

# What servers answer to a client without a certificate where they want one.
_CERTIFICATE_WANTED = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "HANDSHAKE_FAILURE")


def explain(fault: Exception, question: Question) -> QmsError:
    """The error to raise: `TryAgainError` when it may pass, else what to change."""
    if isinstance(fault, httpx.DecodingError):
        return QmsAnswerError(
            f"{question.site} compressed its answer to {question.operation} in a way that can't be "
            "read, though it was asked not to: look at proxies on the way."
        )
    for cause in causes(fault):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return QmsDeniedError(
                f"The certificate of {question.site} can't be trusted ({cause.verify_message}): "
                "the host in QLIKVIEW__URL must be a name in it, its dates must hold, and its root "
                "must be in QLIKVIEW__ROOT_CERTIFICATE_*."
            )
        if isinstance(cause, ssl.SSLError) and (message := _tls_refusal(cause, question)):
            return QmsDeniedError(message)
    return TryAgainError(passing_fault(fault, question.site, question.operation, _ADVICE))


def _tls_refusal(error: ssl.SSLError, question: Question) -> str:
    reason = error.reason or ""
    if "ALERT" in reason and reason.endswith(_CERTIFICATE_WANTED):
        return f"{question.site} wants a client certificate ({reason}). {CERTIFICATES_WANTED}"
    if reason in NOT_TLS:
        return f"{question.site} does not speak TLS: begin QLIKVIEW__URL with http://."
    if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        return f"{question.site} offers no TLS version from 1.2 up: enable TLS 1.2 on that server."
    return ""


def _not_connected(site: str, fault: httpx.ConnectError) -> str:
    said = f" ({fault})" if str(fault) else ""
    return f"No connection to {site}{said}: check QLIKVIEW__URL, and whether it is http or https."


_ADVICE = Advice(
    service="QlikView Management Service",
    host="QLIKVIEW__URL",
    address="QLIKVIEW__URL",
    not_connected=_not_connected,
    when_cut="QLIKVIEW__URL: http or https, host and port",
)
