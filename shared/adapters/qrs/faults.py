"""What went wrong below HTTP: names, connections, certificates, timeouts, cut answers.

Each fault gets its own sentence, because the setting to look at differs.
"""

import ssl

import httpx

from shared.adapters.http_faults import NOT_TLS, Advice, causes, passing_fault
from shared.adapters.qrs.answers import Question
from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsDeniedError, QrsError

# OpenSSL's verification codes (x509_vfy.h).
_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_NAME = frozenset({62, 64})
_CLIENT_CERTIFICATE_ALERTS = (
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "CERTIFICATE_REQUIRED",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
    "DECRYPT_ERROR",
    "HANDSHAKE_FAILURE",
)


def certainly_not_sent(fault: Exception) -> bool:
    """Whether QRS can't have seen the request: only then may a DELETE be sent again.

    Anything on a connection that stood, a reused one above all, may have reached QRS.
    """
    never_connected = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return isinstance(fault, never_connected) or _client_certificate_refused(fault)


def explain(fault: Exception, question: Question) -> QrsError:
    """The error to raise: `TryAgainError` when it may pass, else what to change."""
    for cause in causes(fault):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return QrsDeniedError(_server_not_trusted(cause, question))
        if isinstance(cause, ssl.SSLError) and (message := _tls_refusal(cause, question)):
            return QrsDeniedError(message)
    return TryAgainError(passing_fault(fault, question.site, question.text, _ADVICE))


def _server_not_trusted(error: ssl.SSLCertVerificationError, question: Question) -> str:
    said = error.verify_message
    if error.verify_code in _WRONG_NAME:
        return (
            f"The certificate of {question.site} is for another name ({said}): set "
            "QLIK_SENSE__TLS_SERVER_NAME to the name in it, often the server's short name."
        )
    if error.verify_code in (_EXPIRED, _NOT_YET_VALID):
        return (
            f"The certificate of {question.site}, or the root above it, is out of its dates "
            f"({said}): renew it in Qlik Sense, or check the clock of this machine."
        )
    return (
        f"The certificate of {question.site} does not lead to a trusted root ({said}): put the "
        "site's own root.pem into QLIK_SENSE__ROOT_CERTIFICATE_*."
    )


def _tls_refusal(error: ssl.SSLError, question: Question) -> str:
    reason = error.reason or ""
    if _client_certificate_refused(error):
        return (
            f"{question.site} refuses the client certificate ({reason}): "
            "QLIK_SENSE__CLIENT_CERTIFICATE_* must be exported from the QMC of this very site, and "
            "be neither expired nor revoked."
        )
    if reason in NOT_TLS:
        return f"{question.site} does not speak TLS: check QLIK_SENSE__HOST and QLIK_SENSE__PORT."
    if "UNRECOGNIZED_NAME" in reason:
        return (
            f"{question.site} does not serve the name asked for: check QLIK_SENSE__TLS_SERVER_NAME."
        )
    if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        return (
            f"{question.site} offers no TLS version from 1.2 up: enable TLS 1.2 on the Qlik server."
        )
    return ""


def _client_certificate_refused(fault: BaseException) -> bool:
    return any(
        "ALERT" in reason and reason.endswith(_CLIENT_CERTIFICATE_ALERTS)
        for cause in causes(fault)
        if isinstance(cause, ssl.SSLError) and (reason := cause.reason or "")
    )


_ADVICE = Advice(
    service="Qlik Sense Repository Service",
    host="QLIK_SENSE__HOST",
    address="QLIK_SENSE__HOST and QLIK_SENSE__PORT",
    not_connected=lambda site, fault: (
        f"No connection to {site}: {fault}. Check QLIK_SENSE__HOST and QLIK_SENSE__PORT."
    ),
    when_cut="QLIK_SENSE__PORT and QLIK_SENSE__CLIENT_CERTIFICATE_*",
)
