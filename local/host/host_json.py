"""The part of host.json that the local host obeys, with its overrides from app settings."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local.host.app_settings import SettingsError
from local.worker.typed_values import JsonValue

_PREFIX = "azurefunctionsjobhost__"
_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):([0-5]?\d):([0-5]?\d)")


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """`extensions.queues`; defaults and limits are those of the storage extension (azure 2, B3).

    Attributes:
        batch_size: messages taken at once, 1 to 32.
        new_batch_threshold: the next batch is taken when only so many are still running.
        max_dequeue_count: a message failing for this many times goes to the poison queue.
        visibility_timeout: how long a failed message stays hidden.
        max_polling_interval: longest wait between looks at an empty queue.
        base64: whether messages are base64 in the queue.
    """

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    max_polling_interval: timedelta = timedelta(minutes=1)
    base64: bool = True


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What the local host takes from host.json.

    Attributes:
        function_timeout: longest run of a function, None for no limit.
        queues: options of the queue triggers.
    """

    function_timeout: timedelta | None
    queues: QueueOptions


def read_host_json(app_dir: Path, settings: Mapping[str, str]) -> HostOptions:
    """Reads host.json of an app, overridden by `AzureFunctionsJobHost__a__b` settings.

    Raises:
        SettingsError: the file is missing or malformed, or a value is out of its range.
    """
    path = app_dir / "host.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist: a function app needs one.") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"{path}, line {error.lineno}: not valid JSON ({error.msg}).") from None
    if not isinstance(content, dict) or content.get("version") != "2.0":
        raise SettingsError(
            f'{path} must say "version": "2.0", or the Functions host will not start.'
        )
    _override(content, settings)
    timeout = content.get("functionTimeout", "00:30:00")
    return HostOptions(
        None if timeout == "-1" else _span("functionTimeout", timeout),
        _queues(_Section(content, ("extensions", "queues"))),
    )


def _override(content: dict[str, JsonValue], settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        if not name.lower().startswith(_PREFIX):
            continue
        *parents, last = name[len(_PREFIX) :].split("__")
        section = content
        for part in parents:
            child = section.setdefault(_key(section, part), {})
            if not isinstance(child, dict):
                raise SettingsError(f"{name} reaches into {part}, which holds no section.")
            section = child
        section[_key(section, last)] = value


def _key(section: Mapping[str, JsonValue], name: str) -> str:
    """The key as the file spells it: .NET compares configuration keys without case."""
    return next((known for known in section if known.lower() == name.lower()), name)


class _Section:
    def __init__(self, content: dict[str, JsonValue], path: tuple[str, ...]) -> None:
        self.name = ".".join(path)
        found: JsonValue = content
        for part in path:
            found = found.get(_key(found, part), {}) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise SettingsError(f"host.json: {self.name} must be an object.")
        self.values = {key.lower(): value for key, value in found.items()}

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.values.get(key.lower(), default)
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", text):
            raise SettingsError(f"host.json: {self.name}.{key} is {value!r}, not a whole number.")
        if not low <= int(text) <= high:
            raise SettingsError(f"host.json: {self.name}.{key} is {text}, not {low} to {high}.")
        return int(text)

    def span(self, key: str, default: timedelta) -> timedelta:
        value = self.values.get(key.lower())
        return default if value is None else _span(f"{self.name}.{key}", value)


_QUEUE_KEYS = (
    "batchSize",
    "newBatchThreshold",
    "maxDequeueCount",
    "visibilityTimeout",
    "maxPollingInterval",
    "messageEncoding",
)


def _queues(section: _Section) -> QueueOptions:
    unknown = section.values.keys() - {key.lower() for key in _QUEUE_KEYS}
    if unknown:
        known = ", ".join(_QUEUE_KEYS)
        raise SettingsError(
            f"host.json: {section.name} has no {', '.join(sorted(unknown))}; it has {known}."
        )
    encoding = str(section.values.get("messageencoding", "base64")).lower()
    if encoding not in {"base64", "none"}:
        raise SettingsError(f"host.json: {section.name}.messageEncoding is base64 or none.")
    default = QueueOptions()
    batch = section.whole("batchSize", default.batch_size, 1, 32)
    return QueueOptions(
        batch,
        section.whole("newBatchThreshold", batch // 2, 0, 10_000),
        section.whole("maxDequeueCount", default.max_dequeue_count, 1, 1_000_000),
        section.span("visibilityTimeout", default.visibility_timeout),
        section.span("maxPollingInterval", default.max_polling_interval),
        encoding == "base64",
    )


def _span(name: str, value: JsonValue) -> timedelta:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise SettingsError(f'host.json: {name} is {value!r}; write it like "00:05:00".')
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
