"""Every app setting with its default, meaning and example, read off the model itself."""

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.settings.fields import Takes
from shared.settings.model import Settings

_DEFAULTS_IN_WORDS = {
    "QLIK_SENSE__PORT": "4242; 443 with a virtual proxy",
    "QLIK_SENSE__TLS_SERVER_NAME": "the host",
    "QLIK_SENSE__ROOT_CERTIFICATE_SECRET": "system CAs",
    "QLIK_SENSE__ROOT_CERTIFICATE_FILE": "system CAs",
    "INFLUXDB__URL": "none: no InfluxDB",
    "INFLUXDB__BUCKET": "none: no InfluxDB",
    "WEBHOOK__URL_SECRET": "none: no webhook",
    "QLIKVIEW__URL": "none: no QlikView",
    "QLIKVIEW__ROOT_CERTIFICATE_SECRET": "system CAs",
    "QLIKVIEW__ROOT_CERTIFICATE_FILE": "system CAs",
    "QLIKVIEW__USER": "none: no QlikView",
    "LEASES__FARM": "[]",
}


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One app setting: `default` is its text, or `required`, `none` or `off`.

    `takes` says what it takes; `blank_is_unset` is true for texts, where an empty value counts as
    not given.
    """

    name: str
    default: str
    takes: str
    meaning: str
    example: str
    blank_is_unset: bool


def _settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[SettingInfo]:
    for name, field in model.model_fields.items():
        full_name = f"{prefix}{name.upper()}"
        group = _group(field.annotation)
        if group:
            yield from _settings_of(group, f"{full_name}__")
        else:
            yield _info(full_name, field)


def _group(annotation: object) -> type[BaseModel] | None:
    candidates = (
        get_args(annotation)
        if get_origin(annotation) in {Union, types.UnionType}
        else (annotation,)
    )
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _info(name: str, field: FieldInfo) -> SettingInfo:
    takes = _takes(field)
    return SettingInfo(
        name=name,
        default=_DEFAULTS_IN_WORDS.get(name) or _default(field, takes),
        takes=takes.words,
        meaning=field.description or "",
        example=str((field.examples or [""])[0]),
        blank_is_unset=takes.blank_is_unset,
    )


def _takes(field: FieldInfo) -> Takes:
    # In `Kind | None` the words belong to the first member of the union, else to the field.
    inner = [
        note for part in get_args(field.annotation) for note in getattr(part, "__metadata__", ())
    ]
    return next(note for note in [*field.metadata, *inner] if isinstance(note, Takes))


def _default(field: FieldInfo, takes: Takes) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None:
        return takes.none
    if isinstance(default, Enum):
        return str(default.value).capitalize()
    if isinstance(default, bool | tuple | Mapping):
        return json.dumps(default)
    return str(default)


SETTING_REFERENCE: Final = tuple(_settings_of(Settings))
