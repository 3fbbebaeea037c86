"""The forms in which app settings are wanted: .env, JSON for az, Bicep, local.settings.json."""

import json
import shlex
from collections.abc import Mapping
from enum import StrEnum

from local.butler.bicep_parameters import bicep_parameters
from local.butler.convert import Import
from local.host.app_settings import BINDING_DEFAULTS
from shared.settings import SETTING_REFERENCE

_ORDER = {info.name: position for position, info in enumerate(SETTING_REFERENCE)}


class Format(StrEnum):
    """Where the settings go."""

    ENV = "env"
    JSON = "json"
    BICEPPARAM = "bicepparam"
    SETTINGS_FILE = "settings-file"

    @property
    def is_for_azure(self) -> bool:
        """Whether secrets are names in a Key Vault; else they are files."""
        return self in {Format.JSON, Format.BICEPPARAM}


def app_settings(imported: Import, form: Format) -> dict[str, str]:
    """All app settings of a form, in the order of docs/settings.md, secrets by their sources."""
    settings = dict(imported.settings)
    for secret in imported.secrets:
        if form.is_for_azure:
            settings[f"{secret.setting}_SECRET"] = secret.vault_name
        else:
            settings[f"{secret.setting}_FILE"] = secret.file
    return dict(sorted(settings.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER))))


def rendered(settings: Mapping[str, str], form: Format) -> str:
    """The text of a form, with a line break at its end."""
    if form is Format.ENV:
        # For a POSIX shell: `set -a; . ./file; set +a`.
        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    if form is Format.BICEPPARAM:
        return bicep_parameters(settings)
    content = _for_az(settings) if form is Format.JSON else _settings_file(settings)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _for_az(settings: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {"name": name, "value": value, "slotSetting": False} for name, value in settings.items()
    ]


def _settings_file(settings: Mapping[str, str]) -> dict[str, object]:
    # The host's own settings, and schedules that `func start` needs even where nothing is read.
    host = {"FUNCTIONS_WORKER_RUNTIME": "python", "AzureWebJobsStorage": ""}
    return {"IsEncrypted": False, "Values": {**host, **BINDING_DEFAULTS, **settings}}
