"""Certificates made for the tests, with what Qlik's own may look like: dates, names, odd roots."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from shared.adapters.qrs import ClientCertificate

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A certificate, its key and the certificate above it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key, not encrypted."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def encrypted_key_pem(self) -> bytes:
        """The key behind a password."""
        encryption = BestAvailableEncryption(b"secret")
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    @property
    def material(self) -> ClientCertificate:
        """Certificate and key in one PEM."""
        return ClientCertificate(self.pem + self.key_pem)

    def pfx(self, password: bytes | None, *above: x509.Certificate) -> bytes:
        """Both in a PFX."""
        encryption = BestAvailableEncryption(password) if password else NoEncryption()
        return pkcs12.serialize_key_and_certificates(
            b"qlik", self.key, self.certificate, above or None, encryption
        )


def make_root(name: str = "QLIK-CA", *, key_identifiers: bool = True) -> Pair:
    """A root; those of old Qlik Sense installations lack the key identifiers."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key.public_key(), NOW - DAY, NOW + 10 * DAY).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    if key_identifiers:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return Pair(builder.sign(key, hashes.SHA256()), key)


def issue(
    root: Pair,
    name: str = "client",
    *,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + 5 * DAY,
) -> Pair:
    """A certificate under `root` for a host name, an address or a client."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, _name_of(root), key.public_key(), begins, ends).add_extension(
        x509.SubjectAlternativeName([_general_name(name)]), critical=False
    )
    if len(root.certificate.extensions) > 1:  # a root with key identifiers
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return Pair(builder.sign(root.key, hashes.SHA256()), key)


def _builder(
    name: str, issuer: str, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(f"CN={name}"))
        .issuer_name(x509.Name.from_rfc4514_string(f"CN={issuer}"))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name_of(pair: Pair) -> str:
    return pair.certificate.subject.rfc4514_string().removeprefix("CN=")


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
