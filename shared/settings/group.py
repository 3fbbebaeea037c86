"""What groups of settings have in common."""

from pydantic import BaseModel, ConfigDict

from shared.domain.secret_sources import KeyVaultSecret, SecretFile, SecretSource


class Group(BaseModel):
    """Settings that share a prefix; frozen, and silent about the values in its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def secret_source(name: str | None, path: str | None, setting: str) -> SecretSource | None:
    """Where the secret `setting` is, from its two settings `_SECRET` and `_FILE`."""
    if name is not None:
        return KeyVaultSecret(name, f"{setting}_SECRET")
    return None if path is None else SecretFile(path, f"{setting}_FILE")


def needed(source: SecretSource | None, setting: str) -> SecretSource:
    """The source of a secret that can't be missing in settings that were loaded."""
    if source is None:  # the model was made by hand
        raise ValueError(f"{setting}_SECRET or {setting}_FILE is required")
    return source
