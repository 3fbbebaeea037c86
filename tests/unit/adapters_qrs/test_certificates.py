"""Client certificates in every form that an operator may paste, and what is said of bad ones."""

import base64
import ssl
import stat
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.adapters.qrs import ClientCertificate, client_certificate_expiry, tls_context
from shared.adapters.qrs.key_files import brief_file, memory_file
from shared.domain.errors import CertificateError
from tests.integration.qrs.certificates import DAY, NOW, issue, make_root

ROOT = make_root()
CLIENT = issue(ROOT)
OTHER = issue(ROOT, "other")


def _forms() -> dict[str, ClientCertificate]:
    return {
        "certificate then key": ClientCertificate(CLIENT.pem + CLIENT.key_pem),
        "key then certificate": ClientCertificate(CLIENT.key_pem + CLIENT.pem),
        "separate key": ClientCertificate(CLIENT.pem, CLIENT.key_pem),
        "root first": ClientCertificate(ROOT.pem + CLIENT.pem + CLIENT.key_pem),
        "notes around it": ClientCertificate(
            b"\xef\xbb\xbfBag Attributes: \xc3\xa4\r\n" + CLIENT.pem + b"\r\n" + CLIENT.key_pem
        ),
        "PEM in base64": ClientCertificate(base64.b64encode(CLIENT.pem + CLIENT.key_pem)),
        "PFX": ClientCertificate(CLIENT.pfx(None, ROOT.certificate)),
        "PFX in base64 with line breaks": ClientCertificate(base64.encodebytes(CLIENT.pfx(None))),
    }


@pytest.mark.parametrize("key_on_disk", [False, True])
@pytest.mark.parametrize("form", _forms())
def test_every_usual_form_makes_a_context(form: str, key_on_disk: bool) -> None:
    """PEM in any order, a separate key and PFX load, by memory and by a file."""
    context = tls_context(_forms()[form], ROOT.pem, now=NOW, key_on_disk=key_on_disk)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("form", _forms())
def test_the_expiry_of_the_client_certificate_is_known(form: str) -> None:
    """Its own date is told, not that of the root beside it."""
    assert client_certificate_expiry(_forms()[form]) == NOW + 5 * DAY


def _bad() -> dict[str, tuple[ClientCertificate, str]]:
    der = CLIENT.certificate.public_bytes(Encoding.DER)
    der_key = CLIENT.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    old_style = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END"
    return {
        "rubbish": (ClientCertificate(b"hello world!"), "neither PEM nor PFX"),
        "nothing": (ClientCertificate(b""), "neither PEM nor PFX"),
        "rubbish in PEM": (
            ClientCertificate(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "no readable certificate",
        ),
        "only a key": (ClientCertificate(CLIENT.key_pem), "no readable certificate"),
        "no key": (ClientCertificate(CLIENT.pem), "no private key.*QLIK_SENSE__CLIENT_KEY"),
        "separate key is none": (ClientCertificate(CLIENT.pem, b"x"), "CLIENT_KEY.*no PEM private"),
        "separate key in DER": (ClientCertificate(CLIENT.pem, der_key), "client_key.pem"),
        "key cut off": (ClientCertificate(CLIENT.pem + CLIENT.key_pem[:90]), "can't be read"),
        "encrypted key": (
            ClientCertificate(CLIENT.pem + CLIENT.encrypted_key_pem),
            "encrypted: export the certificate without a password",
        ),
        "encrypted key of the old kind": (ClientCertificate(CLIENT.pem, old_style), "encrypted"),
        "somebody else's key": (ClientCertificate(CLIENT.pem, OTHER.key_pem), "does not belong"),
        "DER": (ClientCertificate(der), "DER form"),
        "DER in base64": (ClientCertificate(base64.b64encode(der)), "DER form"),
        "DER key": (ClientCertificate(der_key), "DER form"),
        "PFX with a password": (ClientCertificate(CLIENT.pfx(b"secret")), "without a password"),
    }


@pytest.mark.parametrize("case", _bad())
def test_bad_material_is_refused_with_advice(case: str) -> None:
    """Each kind of bad material has its own sentence, which names the setting."""
    material, sentence = _bad()[case]
    with pytest.raises(CertificateError, match=sentence) as caught:
        tls_context(material, None, now=NOW)
    assert "QLIK_SENSE__CLIENT_" in str(caught.value)


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (NOW + 5 * DAY + timedelta(seconds=1), "expired on"),
        (NOW - DAY - timedelta(seconds=1), "not valid before"),
    ],
)
def test_dates_of_the_client_certificate_are_checked(now: datetime, sentence: str) -> None:
    """Outside its dates a certificate is refused here, to the second."""
    with pytest.raises(CertificateError, match=sentence):
        tls_context(CLIENT.material, None, now=now)


def test_the_last_second_still_counts() -> None:
    """At its last second the certificate is still used."""
    assert tls_context(CLIENT.material, ROOT.pem, now=NOW + 5 * DAY)


@pytest.mark.parametrize("root", [b"", b"rubbish", CLIENT.key_pem])
def test_a_root_that_is_none_is_refused(root: bytes) -> None:
    """A root without a certificate must not fall back to the system's CAs."""
    with pytest.raises(CertificateError, match="QLIK_SENSE__ROOT_CERTIFICATE"):
        tls_context(CLIENT.material, root, now=NOW)


def test_only_the_given_root_is_trusted() -> None:
    """With a root given, the system's CAs are not trusted as well."""
    context = tls_context(CLIENT.material, ROOT.pem, now=NOW)
    assert context.get_ca_certs(binary_form=True) == [ROOT.certificate.public_bytes(Encoding.DER)]


def test_strict_rfc_5280_is_off_and_verification_stays_on() -> None:
    """Old Qlik roots lack key identifiers; only that check is dropped."""
    context = tls_context(None, ROOT.pem, now=NOW)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_the_brief_file_is_private_and_goes() -> None:
    """On disk the key is readable by its owner only, and gone after use, after a failure too."""
    with pytest.raises(RuntimeError), brief_file(b"key") as path:  # noqa: PT012
        assert path.read_bytes() == b"key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        raise RuntimeError
    assert not path.exists()


def test_the_memory_file_is_on_no_disk_and_goes() -> None:
    """In memory the key has no name in any folder, and is gone after use."""
    with memory_file(b"key") as path:
        assert path.read_bytes() == b"key"
        assert path.readlink().name.startswith("memfd:")
    assert not path.exists()


def test_secrets_are_not_shown() -> None:
    """Neither the material nor the pair shows its key when printed."""
    assert "BEGIN" not in repr(CLIENT.material)
