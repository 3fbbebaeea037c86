"""Certificates as people put them into secrets, and what is made of them."""

import base64
import ssl

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate, load_pem_x509_certificates

from shared.adapters.certificate_text import certificate_bytes
from shared.adapters.secrets import Secret
from shared.domain.errors import CertificateError
from shared.domain.secret_sources import KeyVaultSecret, SecretFile

LEAF = trustme.CA().issue_cert("client.example.com")
CERTIFICATE = LEAF.cert_chain_pems[0].bytes().decode()
KEY = LEAF.private_key_pem.bytes().decode()
PEM = CERTIFICATE + KEY
PFX = pkcs12.serialize_key_and_certificates(
    b"client",
    load_pem_private_key(KEY.encode(), None),  # type: ignore[arg-type]
    load_pem_x509_certificate(CERTIFICATE.encode()),
    None,
    NoEncryption(),
)


def of_vault(text: str) -> Secret:
    """A Key Vault secret that holds the text."""
    return Secret(KeyVaultSecret("cert", "QLIK_SENSE__CLIENT_CERTIFICATE_SECRET"), text.encode())


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", " "),
        PEM.replace("\n", ""),
        PEM.replace("\n", "\\n"),
        PEM.replace("\n", "\\r\\n"),
        f"\ufeff  {PEM}",
        f"Bag Attributes\n    localKeyID: 01\n{PEM}\n\n",
    ],
    ids=["whole", "crlf", "blanks", "joined", "literal n", "literal rn", "bom", "bag attributes"],
)
def test_pem_gets_its_lines_back(text: str) -> None:
    """However the line breaks were lost, OpenSSL and cryptography read the result."""
    pem = certificate_bytes(of_vault(text))
    assert [c.subject for c in load_pem_x509_certificates(pem)] == [
        load_pem_x509_certificate(CERTIFICATE.encode()).subject
    ]
    assert load_pem_private_key(pem[pem.index(KEY[:20].encode()) :], None)
    ssl.create_default_context(cadata=pem.decode())


def test_a_chain_keeps_its_order() -> None:
    """The first certificate stays first: it is the client's own."""
    root = trustme.CA().cert_pem.bytes().decode()
    found = load_pem_x509_certificates(certificate_bytes(of_vault((PEM + root).replace("\n", " "))))
    expected = load_pem_x509_certificates((PEM + root).encode())
    assert found == expected


def test_a_pfx_is_decoded_from_a_secret_and_taken_as_it_is_from_a_file() -> None:
    """Key Vault gives base64, with or without line breaks; a file gives the bytes or base64."""
    text = base64.b64encode(PFX).decode()
    file = SecretFile("client.pfx")
    assert certificate_bytes(of_vault(text)) == PFX
    assert certificate_bytes(of_vault(base64.encodebytes(PFX).decode())) == PFX
    assert certificate_bytes(Secret(file, PFX)) == PFX
    assert certificate_bytes(Secret(file, text.encode())) == PFX


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (PEM[:-30], "cut off"),
        (PEM[30:], "cut off"),
        (CERTIFICATE[:100] + PEM, "cut off"),
        (CERTIFICATE.replace("\n", "\nü", 2), "not base64"),
        (CERTIFICATE.replace("END CERTIFICATE", "END KEY"), "cut off"),
        ("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----", "not base64"),
        ("password", "neither PEM nor PFX"),
        ("pass word!", "neither PEM nor a PFX"),
        ("C:\\certificates\\client.pem", "neither PEM nor a PFX"),
    ],
)
def test_what_can_not_be_repaired_is_refused(text: str, advice: str) -> None:
    """Damage that has no single right repair is an error that names the setting."""
    with pytest.raises(CertificateError, match=advice) as caught:
        certificate_bytes(of_vault(text))
    assert str(caught.value).startswith("QLIK_SENSE__CLIENT_CERTIFICATE_SECRET: ")
    assert "client.pem" not in text or text not in str(caught.value)


def test_an_old_encrypted_key_keeps_its_headers() -> None:
    """Its headers need their lines, so that the reader of keys can say that it is encrypted."""
    text = (
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        "DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
    )
    assert certificate_bytes(of_vault(text)) == text.encode()
