"""Who asks: an account behind a client certificate, or a JWT through a virtual proxy."""

import re
import secrets
from dataclasses import dataclass, field

from shared.domain.errors import SecretError, SettingsError

_XRFKEY_LENGTH = 16  # QRS takes exactly this many of 0-9 a-z A-Z (QRS fact 1b)
# What fits into X-Qlik-User as it is: no separator, no control character, ASCII.
_ACCOUNT_PART = re.compile(r"[ -:<-~]+")
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class CertificateUser:
    r"""The account that a certificate connection acts as (`QLIK_SENSE__USER`, `DIRECTORY\id`)."""

    directory: str
    user_id: str

    def __post_init__(self) -> None:
        for part in (self.directory, self.user_id):
            if not _ACCOUNT_PART.fullmatch(part):
                raise SettingsError(
                    "QLIK_SENSE__USER must be DIRECTORY\\user in plain ASCII without ';': "
                    f"{part!r} does not fit into the X-Qlik-User header."
                )

    def headers(self) -> dict[str, str]:
        """The header that names the account; only certificate connections may send it."""
        return {"X-Qlik-User": f"UserDirectory={self.directory}; UserId={self.user_id}"}


@dataclass(frozen=True, slots=True)
class JwtAuth:
    """A JWT for a virtual proxy; the account is in its claims, so no X-Qlik-User is sent."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            raise SecretError(
                "QLIK_SENSE__JWT_* must hold the bare token: one line, no spaces, no 'Bearer'."
            )

    def headers(self) -> dict[str, str]:
        """The header that carries the token."""
        return {"Authorization": f"Bearer {self.token}"}


type Auth = CertificateUser | JwtAuth


def new_xrfkey() -> str:
    """A fresh key against cross-site request forgery; goes into query and header alike."""
    return secrets.token_hex(_XRFKEY_LENGTH // 2)
