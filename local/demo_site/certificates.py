"""Certificates as a Qlik site has them: one root, a server and a client certificate, no chain.

Like Qlik's own root, a sparse one lacks key identifiers and key usage, which strict
verification (the default of Python 3.13) refuses.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

SHORT_NAME = "qlikdemo"
_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its key, in the forms that the QMC exports."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """client.pem or server.pem."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """client_key.pem: without a password, in the traditional form."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )

    @property
    def combined_pem(self) -> bytes:
        """Certificate and key in one PEM."""
        return self.certificate_pem + self.key_pem

    @property
    def pfx(self) -> bytes:
        """client.pfx without a password."""
        return pkcs12.serialize_key_and_certificates(
            b"QlikClient", self.key, self.certificate, None, serialization.NoEncryption()
        )


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the certificates of a site lie."""

    root: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    client_combined: Path
    client_pfx: Path


@dataclass(frozen=True, slots=True)
class Pki:
    """The certificates of one site; `root` can sign more."""

    root: Identity
    server: Identity
    client: Identity
    sparse: bool

    @property
    def root_pem(self) -> bytes:
        """root.pem."""
        return self.root.certificate_pem

    def another_client(self, *, not_after: datetime | None = None) -> Identity:
        """Sign one more client certificate, e.g. one that has expired."""
        key = new_key(like=self.root.key)
        return _issued(self.root, key, "QlikClient", sparse=self.sparse, not_after=not_after)

    def expired_client(self) -> Identity:
        """A client certificate that ended yesterday."""
        return self.another_client(not_after=datetime.now(UTC) - timedelta(days=1))

    def another_server(self, names: Sequence[str]) -> Identity:
        """Sign a server certificate for other host names or addresses."""
        key = new_key(like=self.root.key)
        return _issued(self.root, key, names[0], sparse=self.sparse, server_names=names)

    def write(self, directory: Path) -> CertificateFiles:
        """Write all files but the root's key; keys are for the owner's eyes only."""
        directory.mkdir(parents=True, exist_ok=True)
        files = CertificateFiles(
            root=directory / "root.pem",
            server=directory / "server.pem",
            server_key=directory / "server_key.pem",
            client=directory / "client.pem",
            client_key=directory / "client_key.pem",
            client_combined=directory / "client_combined.pem",
            client_pfx=directory / "client.pfx",
        )
        _write(files.root, self.root_pem)
        _write(files.server, self.server.certificate_pem)
        _write(files.server_key, self.server.key_pem)
        _write(files.client, self.client.certificate_pem)
        _write(files.client_key, self.client.key_pem)
        _write(files.client_combined, self.client.combined_pem)
        _write(files.client_pfx, self.client.pfx)
        return files


def make_pki(
    names: Sequence[str] = (SHORT_NAME, "localhost", "127.0.0.1"),
    *,
    sparse_root: bool = False,
    elliptic: bool = False,
) -> Pki:
    """Make a root and what it signs.

    Args:
        names: host names and addresses of the server; only `("qlikdemo",)` is the short host
            name that Qlik puts into its certificates (QRS fact 1a).
        sparse_root: leave out key identifiers and key usage everywhere.
        elliptic: make P-256 keys, which takes no time, instead of RSA 2048, which Qlik has.
    """
    root_key = _new_key(elliptic=elliptic)
    root = Identity(_root_certificate(root_key, sparse=sparse_root), root_key)
    server_key, client_key = _new_key(elliptic=elliptic), _new_key(elliptic=elliptic)
    return Pki(
        root=root,
        server=_issued(root, server_key, names[0], sparse=sparse_root, server_names=names),
        client=_issued(root, client_key, "QlikClient", sparse=sparse_root),
        sparse=sparse_root,
    )


def new_key(*, like: PrivateKey) -> PrivateKey:
    """A fresh key of the same sort."""
    return _new_key(elliptic=isinstance(like, ec.EllipticCurvePrivateKey))


def _new_key(*, elliptic: bool) -> PrivateKey:
    if elliptic:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _builder(subject: str, issuer: x509.Name | None, key: PrivateKey) -> x509.CertificateBuilder:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer or name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
    )


def _root_certificate(key: PrivateKey, *, sparse: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        _builder(f"{SHORT_NAME}-CA", None, key)
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=not sparse)
    )
    if not sparse:
        builder = builder.add_extension(_signing_usage(), critical=True).add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    return builder.sign(key, hashes.SHA256())


def _issued(
    root: Identity,
    key: PrivateKey,
    subject: str,
    *,
    sparse: bool,
    server_names: Sequence[str] = (),
    not_after: datetime | None = None,
) -> Identity:
    now = datetime.now(UTC)
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server_names else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        _builder(subject, root.certificate.subject, key)
        .not_valid_before(now - _LIFE)
        .not_valid_after(not_after or now + _LIFE)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if server_names:
        names = [_general_name(name) for name in server_names]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if not sparse:
        builder = _with_identifiers(builder, root, key)
    return Identity(builder.sign(root.key, hashes.SHA256()), key)


def _with_identifiers(
    builder: x509.CertificateBuilder, root: Identity, key: PrivateKey
) -> x509.CertificateBuilder:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return builder.add_extension(issuer, critical=False).add_extension(own, critical=False)


def _signing_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
