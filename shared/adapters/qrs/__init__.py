"""The Qlik Sense Repository Service over HTTPS: certificates or JWT in, domain objects out."""

from shared.adapters.http_retrying import RetryPolicy, Timeouts
from shared.adapters.qrs.authentication import CertificateUser, JwtAuth
from shared.adapters.qrs.certificates import ClientCertificate, client_certificate_expiry
from shared.adapters.qrs.client import QrsClient
from shared.adapters.qrs.connection import QrsConnection
from shared.adapters.qrs.tls import tls_context

__all__ = [
    "CertificateUser",
    "ClientCertificate",
    "JwtAuth",
    "QrsClient",
    "QrsConnection",
    "RetryPolicy",
    "Timeouts",
    "client_certificate_expiry",
    "tls_context",
]
