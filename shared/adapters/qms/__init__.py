"""The QlikView Management Service: SOAP 1.1 with NTLM in, domain objects out."""

from shared.adapters.http_retrying import RetryPolicy, Timeouts
from shared.adapters.qms.client import QmsClient
from shared.adapters.qms.connection import QmsConnection
from shared.adapters.qms.xml_reader import Limits

__all__ = ["Limits", "QmsClient", "QmsConnection", "RetryPolicy", "Timeouts"]
