"""App settings on one machine: read from a file, resolved in bindings, given to the worker."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

# The defaults of the settings that stand in bindings as %NAME%; in Azure the Bicep files set them.
BINDING_DEFAULTS: Mapping[str, str] = {
    "USAGE_SCHEDULE": "0 0 */6 * * *",
    "RELEASE_SCHEDULE": "0 30 2 * * *",
    "LEASE_SCHEDULE": "0 15 * * * *",
}
# All of the shell's environment that a worker sees: what a program needs to run at all.
_BASICS = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR")
_REFERENCE = re.compile(r"%([^%]*)%")


class SettingsError(ValueError):
    """Settings cannot be used; the text names the setting or the place in the file."""


def read_settings_file(path: Path) -> dict[str, str]:
    """Reads `Values` from a file in the form of local.settings.json.

    Raises:
        SettingsError: the file is missing, malformed or encrypted.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist. Copy an example and fill it in.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"{path}, line {error.lineno}, column {error.colno}: not valid JSON ({error.msg})."
        ) from error
    return _values(path, content)


def _values(path: Path, content: object) -> dict[str, str]:
    if not isinstance(content, dict):
        raise SettingsError(f'{path} must hold an object like {{"Values": {{...}}}}.')
    if content.get("IsEncrypted"):
        raise SettingsError(
            f'{path} says "IsEncrypted": true. Decrypt it with `func settings decrypt`.'
        )
    values = content.get("Values")
    if not isinstance(values, dict):
        raise SettingsError(f'{path} needs "Values": an object of settings and their texts.')
    return {name: _text(path, name, value) for name, value in values.items()}


def _text(path: Path, name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    hint = json.dumps(json.dumps(value))
    raise SettingsError(f"{path}: {name} must be a text, as settings are in Azure: write {hint}.")


def resolve(text: str, settings: Mapping[str, str], where: str) -> str:
    """Replaces every `%NAME%` by its setting, as the host does in bindings.

    Args:
        text: the binding's text.
        settings: names and values.
        where: whose text it is, for the error.

    Raises:
        SettingsError: a setting is neither set nor has a default, or a percent sign is left over.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        known = settings.get(name) or BINDING_DEFAULTS.get(name)
        if not known:
            raise SettingsError(f"{where} is %{name}%, but the app setting {name} is not set.")
        return known

    if text.count("%") % 2:
        raise SettingsError(f"{where} is {text!r}: a percent sign has no partner.")
    return _REFERENCE.sub(value, text)


def worker_environment(
    settings: Mapping[str, str], shell: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Builds the worker's environment: the settings, and a few basics of the shell's.

    Nothing else of the shell gets through, so the app sees what it would see in Azure.
    """
    source = os.environ if shell is None else shell
    basics = {name: source[name] for name in _BASICS if name in source}
    fixed = {"FUNCTIONS_WORKER_RUNTIME": "python", "AZURE_FUNCTIONS_ENVIRONMENT": "Development"}
    return basics | fixed | dict(settings)


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether `AzureWebJobs.<function>.Disabled` switches the function's trigger off."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs__{function}__Disabled")
    return any(settings.get(name, "").lower() in {"true", "1"} for name in names)


def connection_string(name: str, settings: Mapping[str, str], where: str) -> str:
    """Finds the storage connection string that a binding names.

    Raises:
        SettingsError: it is not set, or is a short form that storage clients do not take.
    """
    value = settings.get(name) or settings.get(f"AzureWebJobs{name}")
    if not value:
        raise SettingsError(f"{where} needs the app setting {name}: a storage connection string.")
    if "Endpoint=" not in value and "AccountName=" not in value:
        raise SettingsError(
            f"{where}: {name} must be a full storage connection string "
            "(AccountName=...;AccountKey=...;...), also for Azurite."
        )
    return value
