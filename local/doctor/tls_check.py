"""One TLS handshake with the Qlik Sense server: is it there, and is it who it should be?"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from local.doctor.result import Result, expiry
from shared.adapters.qrs import ClientCertificate, tls_context
from shared.adapters.qrs.answers import Question
from shared.adapters.qrs.faults import explain
from shared.settings import QlikSenseSettings

_WRONG_NAME = frozenset({62, 64})  # OpenSSL's codes (x509_vfy.h)
_HANDSHAKE_SECONDS = 10.0

type _Subject = dict[str, object]


@dataclass(frozen=True, slots=True)
class TlsCheck:
    """The handshake; `secrets` has what `local.doctor.secret_checks` read."""

    sense: QlikSenseSettings
    secrets: Mapping[str, bytes]
    now: datetime
    within_days: float

    async def __call__(self) -> Sequence[Result]:
        """Shake hands once.

        Raises:
            QrsError: nobody is there, or it is not to be trusted.
            CertificateError: our own certificate can't be used.
        """
        site = f"{self.sense.host}:{self.sense.port}"
        question = Question("the TLS handshake", site, by_jwt="jwt" in self.secrets)
        try:
            certificate = await self._certificate(self._context())
        except ssl.SSLCertVerificationError as error:
            problem = explain(error, question)
            if error.verify_code not in _WRONG_NAME:
                raise problem from error
            raise type(problem)(f"{problem}{await self._names()}") from error
        except (ssl.SSLError, TimeoutError) as error:
            raise explain(error, question) from error
        except OSError as error:
            fault = httpx.ConnectError(str(error))
            fault.__cause__ = error
            raise explain(fault, question) from error
        return [self._result(site, certificate)]

    def _result(self, site: str, certificate: _Subject) -> Result:
        expires = datetime.fromtimestamp(
            ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC
        )
        text = f"{site} is {self.sense.server_name} by a trusted certificate, which"
        advice = "Renew the server's certificate in Qlik Sense."
        return expiry("server certificate", text, expires, self.now, self.within_days, advice)

    def _context(self) -> ssl.SSLContext:
        client = None
        if "certificate" in self.secrets:
            client = ClientCertificate(self.secrets["certificate"], self.secrets.get("key"))
        return tls_context(client, self.secrets.get("root"), now=self.now)

    async def _certificate(self, context: ssl.SSLContext) -> _Subject:
        async with asyncio.timeout(_HANDSHAKE_SECONDS):
            _, writer = await asyncio.open_connection(
                self.sense.host,
                self.sense.port,
                ssl=context,
                server_hostname=self.sense.server_name,
            )
        try:
            found = writer.get_extra_info("peercert")
            return dict(found or {})
        finally:
            writer.close()
            with suppress(OSError):  # with TLS 1.3 a refusal of our certificate may come now
                await writer.wait_closed()

    async def _names(self) -> str:
        """The names that the certificate does bear: verified in all but the name."""
        context = self._context()
        context.check_hostname = False
        try:
            certificate = await self._certificate(context)
        except (OSError, TimeoutError):
            return ""
        names = _names_in(certificate)
        return f" It bears: {', '.join(names)}." if names else ""


def _names_in(certificate: _Subject) -> list[str]:
    alternatives = certificate.get("subjectAltName") or ()
    subject = certificate.get("subject") or ()
    names: list[str] = []
    if isinstance(alternatives, tuple):
        names += [str(value) for _, value in alternatives]
    if isinstance(subject, tuple):
        names += [str(value) for part in subject for key, value in part if key == "commonName"]
    return list(dict.fromkeys(names))
