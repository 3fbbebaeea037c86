"""Where a secret comes from. The value itself is never part of settings or rules."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KeyVaultSecret:
    """The newest version of a secret in the app's Key Vault, by name.

    `setting` is the app setting that named it, for messages; it takes no part in comparing.
    """

    name: str
    setting: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file that holds the secret, by path, for local use; `setting` as in `KeyVaultSecret`."""

    path: str
    setting: str = field(default="", compare=False)


type SecretSource = KeyVaultSecret | SecretFile
