"""App settings as parameters of infra/bicep/main.bicep."""

import json
import re
from collections.abc import Mapping

# What main.bicep wants to have decided, and Butler knows nothing of.
_DECISIONS = """\
// Decide on these; infra/bicep/README.md says what they mean.
param environmentName = 'prod'
param networkMode = 'none'
param privateEndpoints = false
param appPublicNetworkAccess = 'Enabled'
"""
_PARAMETERS = {
    "SITE_NAME": "siteName",
    "USAGE_SCHEDULE": "usageSchedule",
    "RELEASE_SCHEDULE": "releaseSchedule",
    "LEASE_SCHEDULE": "leaseSchedule",
    "STATIC_TAGS": "staticTags",
    "LICENSE_MONITOR__STATIC_TAGS": "licenseMonitorStaticTags",
    "LICENSE_RELEASE__STATIC_TAGS": "licenseReleaseStaticTags",
    "LICENSE_RELEASE__NEVER_RELEASE__USERS": "neverReleaseUsers",
    "LICENSE_RELEASE__NEVER_RELEASE__TAGS": "neverReleaseTags",
    "LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES": "neverReleaseUserDirectories",
    "LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES": "neverReleaseCustomProperties",
}
_GROUPS = {
    "QLIK_SENSE__": "qlikSense",
    "INFLUXDB__": "influxDb",
    "LICENSE_MONITOR__": "licenseMonitor",
    "EARLY_WARNING__": "earlyWarning",
    "LICENSE_RELEASE__": "licenseRelease",
}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"__PORT$|_DAYS$|_PERCENT$|_RUN$|_COUNT$|_AVAILABLE$|_PERIODS$|_HOURS$")
_SWITCH = re.compile(r"ENABLED$|DRY_RUN$|STOP$|HOLDERS$|OWNERS$")
_MADE_BY_THE_TEMPLATE = {"KEY_VAULT_URL"}

type _Value = str | int | bool | list[_Value] | dict[str, _Value]


def bicep_parameters(settings: Mapping[str, str]) -> str:
    """A parameter file for infra/bicep, to be put beside main.bicep.

    Raises:
        ValueError: a setting has no parameter.
    """
    parameters: dict[str, _Value] = {}
    groups: dict[str, dict[str, _Value]] = {}
    for name, value in settings.items():
        if name in _PARAMETERS:
            parameters[_PARAMETERS[name]] = _structure(value)
        elif name not in _MADE_BY_THE_TEMPLATE:
            group, property_ = _group(name)
            groups.setdefault(group, {})[property_] = _typed(name, value)
    everything = {**parameters, **groups}
    given = "".join(f"param {name} = {_written(value, 0)}\n" for name, value in everything.items())
    return f"using 'main.bicep'\n\n{_DECISIONS}\n{given}"


def _structure(value: str) -> _Value:
    """Lists and maps are JSON in a setting; a text such as a schedule stays one."""
    if value.lstrip()[:1] not in {"[", "{"}:
        return value
    found: _Value = json.loads(value)
    return found


def _group(setting: str) -> tuple[str, str]:
    for prefix, group in _GROUPS.items():
        if setting.startswith(prefix):
            first, *rest = re.split(r"_+", setting.removeprefix(prefix).lower())
            return group, first + "".join(word.capitalize() for word in rest)
    raise ValueError(
        f"{setting} has no parameter in infra/bicep/main.bicep. Write another format, or set it in "
        "the app settings after the deployment."
    )


def _typed(name: str, value: str) -> _Value:
    if _SWITCH.search(name):
        return value.lower() == "true"
    return int(value) if _NUMBER.search(name) else value


def _written(value: _Value, depth: int) -> str:
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        lines = [f"{inner}{_written(item, depth + 1)}\n" for item in value]
        return f"[\n{''.join(lines)}{outer}]"
    lines = [
        f"{inner}{name if _IDENTIFIER.fullmatch(name) else _text(name)}: "
        f"{_written(item, depth + 1)}\n"
        for name, item in value.items()
    ]
    return f"{{\n{''.join(lines)}{outer}}}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
    return f"'{escaped}'"
