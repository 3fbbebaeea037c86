"""Client certificate material as Qlik exports it: PEM, PEM with a separate key, or PFX.

Everything is read here with `cryptography` before OpenSSL sees it, because OpenSSL's own errors
("PEM lib") do not tell an operator what to do.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from shared.domain.errors import CertificateError

_CERTIFICATE = "QLIK_SENSE__CLIENT_CERTIFICATE_*"
_KEY = "QLIK_SENSE__CLIENT_KEY_*"
_ENCRYPTED_MARKS = (b"ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED")
_PFX_VERSION_3 = b"\x02\x01\x03"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What the settings give: PEM or PFX (also base64 of it), and the key when it is separate."""

    certificate: bytes = field(repr=False)
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate that belongs to its private key, and the rest of its chain."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private_key: PrivateKeyTypes = field(repr=False)

    def pem(self) -> bytes:
        """Key, certificate and chain in the order that OpenSSL wants; holds the bare key."""
        key = self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = (self.certificate, *self.chain)
        return key + b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def client_certificate_expiry(material: ClientCertificate) -> datetime:
    """When the client certificate stops being valid (UTC)."""
    return read_key_pair(material).certificate.not_valid_after_utc


def read_key_pair(material: ClientCertificate) -> KeyPair:
    """The certificate and its key, whatever the format; `CertificateError` says what is wrong."""
    data = _without_base64(material.certificate)
    if b"-----BEGIN" in data:
        return _from_pem(data, material.key)
    return _from_pfx(data)


def check_dates(certificate: x509.Certificate, now: datetime) -> None:
    """Refuse a client certificate outside its validity, before QRS does so with less words."""
    if now > certificate.not_valid_after_utc:
        raise CertificateError(
            f"The client certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}: "
            f"export a new one from the QMC and put it into {_CERTIFICATE}."
        )
    if now < certificate.not_valid_before_utc:
        raise CertificateError(
            "The client certificate is not valid before "
            f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: check the clock of this "
            f"machine and {_CERTIFICATE}."
        )


def read_pem_certificates(data: bytes, setting: str) -> list[x509.Certificate]:
    """All certificates of a PEM text; `setting` is named when there is none."""
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise CertificateError(
            f"{setting} holds no readable certificate: it must be PEM text with "
            "-----BEGIN CERTIFICATE----- (export it from the QMC as PEM)."
        ) from error


def _without_base64(data: bytes) -> bytes:
    """Key Vault keeps a PFX as base64; binary PFX and PEM are never valid base64."""
    compact = re.sub(rb"\s", b"", data)
    try:
        return base64.b64decode(compact, validate=True) or data
    except binascii.Error:
        return data


def _from_pem(data: bytes, separate_key: bytes | None) -> KeyPair:
    certificates = read_pem_certificates(data, _CERTIFICATE)
    if separate_key is None:
        return _pair(_read_key(data, _CERTIFICATE), certificates)
    return _pair(_read_key(separate_key, _KEY), certificates)


def _read_key(data: bytes, setting: str) -> PrivateKeyTypes:
    if any(mark in data for mark in _ENCRYPTED_MARKS):
        raise CertificateError(
            f"The private key in {setting} is encrypted: export the certificate without a "
            "password, or decrypt the key with `openssl pkey`."
        )
    if b"PRIVATE KEY-----" not in data:
        raise CertificateError(_no_key_message(setting))
    try:
        return load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateError(
            f"The private key in {setting} can't be read: export client_key.pem again."
        ) from error


def _no_key_message(setting: str) -> str:
    if setting == _CERTIFICATE:
        return (
            f"{_CERTIFICATE} holds a certificate but no private key: add the key to it, or give "
            f"client_key.pem in {_KEY}."
        )
    return f"{setting} holds no PEM private key: it must be the client_key.pem of the QMC export."


def _from_pfx(data: bytes) -> KeyPair:
    content = _open_pfx(data)
    if content.key is None or content.cert is None:
        raise CertificateError(
            f"The PFX in {_CERTIFICATE} lacks the certificate or its private key: export it again "
            "with the private key."
        )
    others = [each.certificate for each in content.additional_certs]
    return _pair(content.key, [content.cert.certificate, *others])


def _open_pfx(data: bytes) -> pkcs12.PKCS12KeyAndCertificates:
    for password in (None, b""):  # "without password" is written in either way
        try:
            return pkcs12.load_pkcs12(data, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            reason = error
    raise CertificateError(_why_not_pfx(data)) from reason


def _why_not_pfx(data: bytes) -> str:
    if _is_der(data):
        return (
            f"{_CERTIFICATE} is in DER form: give PEM with certificate and key, or a PFX without "
            "a password."
        )
    if data[:1] == b"\x30" and _PFX_VERSION_3 in data[:8]:
        return (
            f"The PFX in {_CERTIFICATE} has a password (or is damaged): export it without a "
            "password."
        )
    return f"{_CERTIFICATE} is neither PEM nor PFX: export the certificate from the QMC again."


def _is_der(data: bytes) -> bool:
    for load in (x509.load_der_x509_certificate, lambda der: load_der_private_key(der, None)):
        try:
            load(data)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        return True
    return False


def _pair(private_key: PrivateKeyTypes, certificates: Iterable[x509.Certificate]) -> KeyPair:
    """Find the certificate of the key: exports put it first, but not all tools do."""
    public = _public_bytes(private_key.public_key())
    everything = list(certificates)
    for certificate in everything:
        if _public_bytes(certificate.public_key()) == public:
            chain = tuple(each for each in everything if each is not certificate)
            return KeyPair(certificate, chain, private_key)
    raise CertificateError(
        "The private key does not belong to the client certificate: take both from the same "
        f"export of the QMC ({_CERTIFICATE}, {_KEY})."
    )


def _public_bytes(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
