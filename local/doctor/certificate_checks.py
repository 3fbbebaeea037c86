"""The certificates and the JWT that the settings give: readable, a pair, in their dates."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from local.doctor.result import Result, expiry, ok, skipped, warning
from shared.adapters.qrs import ClientCertificate
from shared.adapters.qrs.certificates import read_key_pair, read_pem_certificates

CERTIFICATE_DAYS = 30.0
_EXPORT = "Export a new one from the QMC, and put it where the settings say."


async def check_certificates(
    secrets: Mapping[str, bytes], now: datetime, within_days: float
) -> Sequence[Result]:
    """The client certificate with its key, or the JWT.

    Raises:
        CertificateError: the certificate can't be used.
    """
    if "certificate" in secrets:
        material = ClientCertificate(secrets["certificate"], secrets.get("key"))
        expires = read_key_pair(material).certificate.not_valid_after_utc
        text = "The client certificate fits its key and"
        return [expiry("client certificate", text, expires, now, within_days, _EXPORT)]
    if "jwt" in secrets:
        return [_jwt(secrets["jwt"].decode(), now, within_days)]
    return [skipped("client certificate", "It could not be read, see above.")]


async def check_root(
    secrets: Mapping[str, bytes], now: datetime, within_days: float
) -> Sequence[Result]:
    """The root certificate of the site.

    Raises:
        CertificateError: it can't be read.
    """
    return list(_root(secrets, now, within_days))


def _root(secrets: Mapping[str, bytes], now: datetime, within_days: float) -> Iterator[Result]:
    name = "root certificate"
    if "root" not in secrets:
        yield ok(name, "None is given: the server is verified by the authorities of this machine.")
        return
    roots = read_pem_certificates(secrets["root"], "QLIK_SENSE__ROOT_CERTIFICATE_*")
    first = min(root.not_valid_after_utc for root in roots)
    yield expiry(name, "The root certificate", first, now, within_days, _EXPORT)


def _jwt(token: str, now: datetime, within_days: float) -> Result:
    name = "JWT"
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expires = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (IndexError, ValueError, KeyError, TypeError, OverflowError, binascii.Error):
        return warning(
            name, "It can't be told when the JWT expires: give it an expiry date (the claim exp)."
        )
    advice = "Sign a new one, and put it where QLIK_SENSE__JWT_* says."
    return expiry(name, "The JWT", expires, now, within_days, advice)
