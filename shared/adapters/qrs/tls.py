"""Certificate material -> `ssl.SSLContext`, with the private key kept off the disk if possible."""

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from shared.adapters.qrs.certificates import (
    ClientCertificate,
    check_dates,
    read_key_pair,
    read_pem_certificates,
)
from shared.adapters.qrs.key_files import brief_file, can_stay_in_memory, memory_file
from shared.domain.errors import CertificateError

_ROOT = "QLIK_SENSE__ROOT_CERTIFICATE_*"

type _Place = Callable[[bytes], AbstractContextManager[Path]]


def tls_context(
    client: ClientCertificate | None,
    root_pem: bytes | None,
    *,
    now: datetime,
    root_setting: str = _ROOT,
    key_on_disk: bool | None = None,
) -> ssl.SSLContext:
    """A context that always verifies the server, and shows `client` when there is one.

    With `root_pem` only certificates issued by it are trusted, else those of the system's CAs;
    errors about it name `root_setting`.
    `key_on_disk` is decided by the platform when it is None; it never lasts longer than this call.
    """
    context = ssl.create_default_context(cadata=_root_text(root_pem, root_setting))
    # Python 3.13 asks for RFC 5280 to the letter, but the roots that old Qlik Sense installations
    # made for themselves lack key identifiers. Chain, dates and name are verified all the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if client is not None:
        pair = read_key_pair(client)
        check_dates(pair.certificate, now)
        on_disk = not can_stay_in_memory() if key_on_disk is None else key_on_disk
        _load(context, pair.pem(), brief_file if on_disk else memory_file)
    return context


def _load(context: ssl.SSLContext, pem: bytes, place: _Place) -> None:
    try:
        with place(pem) as path:
            context.load_cert_chain(path)
    except ssl.SSLError as error:
        raise CertificateError(
            "OpenSSL refuses the client certificate of QLIK_SENSE__CLIENT_CERTIFICATE_*: "
            f"{error.reason or error}. Export a new one from the QMC."
        ) from error


def _root_text(root_pem: bytes | None, setting: str) -> str | None:
    if root_pem is None:
        return None
    # Written anew: OpenSSL stumbles over comments and byte order marks that editors leave behind.
    roots = read_pem_certificates(root_pem, setting)
    return "".join(ssl.DER_cert_to_PEM_cert(each.public_bytes(Encoding.DER)) for each in roots)
