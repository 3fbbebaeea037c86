"""Key Vault references that App Service handed on as text instead of resolving them."""

from typing import Final

_MARK = "@microsoft.keyvault("
UNRESOLVED_TEXT: Final = (
    "is a Key Vault reference that was not resolved; check the app identity's Key Vault rights "
    "(Key Vault Secrets User), the vault's and the secret's name and the network."
)


def is_unresolved(value: str) -> bool:
    """True for a value that still is, or holds, a reference (Azure facts B4)."""
    return _MARK in value.lower()
