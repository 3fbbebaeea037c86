"""Certificates and keys as secrets hold them: PEM that lost its line breaks, PFX in base64."""

import base64
import re

from shared.adapters.secrets import Secret, describe
from shared.domain.errors import CertificateError

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_DER_SEQUENCE = 0x30  # what every PFX begins with
_LINE = 64


def certificate_bytes(secret: Secret) -> bytes:
    """PEM text with proper lines, or the bytes of a PFX, whichever the secret holds.

    Key Vault holds a PFX as base64 text; pasting PEM into a setting or a vault turns its line
    breaks into blanks or a literal backslash-n, which is put right here.

    Raises:
        CertificateError: it is neither, or PEM that is cut off or damaged.
    """
    if secret.value[:1] == bytes([_DER_SEQUENCE]) and not secret.value.isascii():
        return secret.value
    text = secret.text
    if "-----BEGIN " in text or "-----END " in text:
        return _pem(secret, text)
    return _pfx(secret, text)


def _pem(secret: Secret, text: str) -> bytes:
    lines = text.replace("\\r", "").replace("\\n", "\n")
    blocks = list(_BLOCK.finditer(lines))
    if any(lines.count(mark) != len(blocks) for mark in ("-----BEGIN ", "-----END ")):
        raise CertificateError(
            f"{describe(secret.source)} holds PEM that is cut off; copy it whole, from each "
            "-----BEGIN to its -----END line."
        )
    return "".join(_block(secret, block.group(1), block.group(2)) for block in blocks).encode()


def _block(secret: Secret, label: str, body: str) -> str:
    if ":" in body:  # headers (Proc-Type) of a key encrypted the old way: they need their lines
        return f"-----BEGIN {label}-----{body}-----END {label}-----\n"
    content = "".join(body.split())
    _decoded(secret, content, f"a {label} block")
    lines = [content[start : start + _LINE] for start in range(0, len(content), _LINE)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def _pfx(secret: Secret, text: str) -> bytes:
    value = _decoded(secret, "".join(text.split()), "neither PEM nor a PFX in base64, but text")
    if value[:1] != bytes([_DER_SEQUENCE]):
        raise CertificateError(
            f"{describe(secret.source)} is neither PEM nor PFX; store the exported client.pem, or "
            "client.pfx (in Key Vault as a certificate or as base64)."
        )
    return value


def _decoded(secret: Secret, content: str, what: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        raise CertificateError(
            f"{describe(secret.source)} holds {what} that is not base64; store it again, whole."
        ) from None
