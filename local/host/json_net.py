"""JSON text as Json.NET writes it again: the real host does that to queue output."""

import json
import re
from datetime import UTC, datetime

from local.worker.typed_values import JsonValue

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7})\d*)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)


def rewrite(value: JsonValue) -> str:
    """Writes a parsed value as Json.NET's `JToken.ToString()` does: indented, dates normalized.

    Json.NET takes every string that looks like an ISO date for a date when it reads, and writes it
    back without trailing zeros in its fraction, and in the host's time zone (UTC in Azure) when it
    had an offset. A consumer that compares text would notice; so ours shall, before Azure.
    """
    return json.dumps(_with_dates(value), indent=2, ensure_ascii=False)


def _with_dates(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _with_dates(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_dates(each) for each in value]
    return _date(value) if isinstance(value, str) else value


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    seconds, fraction, zone = found[1], (found[2] or "").rstrip("0"), found[3] or ""
    try:
        moment = datetime.fromisoformat(seconds + (zone if zone != "Z" else ""))
        if zone not in {"", "Z"}:
            moment, zone = moment.astimezone(UTC), "+00:00"
    except (ValueError, OverflowError):  # not a date after all: 2026-02-30, or before year 1
        return text
    return moment.replace(tzinfo=None).isoformat() + (f".{fraction}" if fraction else "") + zone
