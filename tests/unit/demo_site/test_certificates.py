import stat
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from local.demo_site.certificates import Pki, make_pki


def _names(certificate: x509.Certificate) -> list[object]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [name.value for name in extension.value]


def _has_identifiers(certificate: x509.Certificate) -> bool:
    return any(isinstance(x.value, x509.SubjectKeyIdentifier) for x in certificate.extensions)


def _quick(*names: str, sparse_root: bool = False) -> Pki:
    return make_pki(names or ("qlikdemo",), sparse_root=sparse_root, elliptic=True)


def test_the_server_bears_the_names_that_were_asked_for() -> None:
    """Only the short host name, as Qlik does, or more."""
    assert _names(_quick("qlikdemo").server.certificate) == ["qlikdemo"]
    both = _quick("qlikdemo", "127.0.0.1").server.certificate
    assert [str(name) for name in _names(both)] == ["qlikdemo", "127.0.0.1"]


def test_a_sparse_root_has_no_key_identifiers() -> None:
    """Neither it nor what it signed; the usual one has them."""
    sparse, usual = _quick(sparse_root=True), _quick()
    for pki, expected in ((sparse, False), (usual, True)):
        for identity in (pki.root, pki.server, pki.client):
            assert _has_identifiers(identity.certificate) is expected


def test_every_form_holds_the_same_client() -> None:
    """PEM with its key apart, combined PEM, and PFX without a password."""
    client = _quick().client
    key, certificate, _ = pkcs12.load_key_and_certificates(client.pfx, None)
    assert certificate == client.certificate
    assert key is not None
    assert x509.load_pem_x509_certificate(client.combined_pem) == client.certificate
    numbers = load_pem_private_key(client.combined_pem, None).public_key()
    assert numbers == client.key.public_key()


def test_an_expired_client_is_over() -> None:
    """And signed by the same root."""
    pki = _quick()
    expired = pki.expired_client().certificate
    assert expired.not_valid_after_utc < datetime.now(UTC)
    expired.verify_directly_issued_by(pki.root.certificate)


def test_files_are_for_the_owner_only_and_can_be_written_twice(tmp_path: Path) -> None:
    """A second site in the same directory takes the place of the first."""
    _quick().write(tmp_path)
    pki = _quick()
    files = pki.write(tmp_path)
    assert files.client.read_bytes() == pki.client.certificate_pem
    assert files.client_pfx.read_bytes()
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
