"""The pages with tables that are made from the code, and how each table is made."""

from collections.abc import Callable, Mapping
from typing import Final

from local.docs.command_tables import command_line_page
from local.docs.tables import DocsError, with_rows
from shared.domain.events import CATALOGUE as EVENTS
from shared.domain.events import Event
from shared.domain.metrics import METRICS, Metric
from shared.domain.spans import CATALOGUE as SPANS
from shared.domain.spans import SpanKind
from shared.settings import SETTING_REFERENCE, SettingInfo

# What stands before the two underscores of a setting's name, and the section that lists it.
SECTIONS: Final[Mapping[str, str]] = {
    "": "General",
    "QLIK_SENSE": "Qlik Sense",
    "INFLUXDB": "InfluxDB",
    "LICENSE_MONITOR": "License monitor",
    "EARLY_WARNING": "Early warnings",
    "LICENSE_RELEASE": "License release",
    "WEBHOOK": "Webhook",
    "QLIKVIEW": "QlikView",
    "LEASES": "Leases",
    "TELEMETRY": "Telemetry",
}
_SETTINGS_HEAD = "| setting | default | meaning | takes | example |"
_EVENTS_HEAD = "| event | level | dimensions | meaning |"
_SPANS_HEAD = "| span | attributes | meaning |"
_METRICS_HEAD = "| metric | kind | unit | dimensions | from | meaning |"
# Defaults and examples that are words for people, not values to be copied.
_WORDS = ("required", "none", "system CAs", "the host", "4242; 443")


def settings_page(text: str) -> str:
    """docs/settings.md with a row for each setting.

    Raises:
        DocsError: a setting has no section, or a section is missing.
    """
    rows: dict[str, list[str]] = {heading: [] for heading in SECTIONS.values()}
    for info in SETTING_REFERENCE:
        rows[_section_of(info)].append(_setting_row(info))
    for heading, of_section in rows.items():
        text = with_rows(text, heading, _SETTINGS_HEAD, of_section)
    return text


def events_page(text: str) -> str:
    """docs/events.md with a row for each event of the catalogue."""
    return with_rows(text, "", _EVENTS_HEAD, [_event_row(event) for event in EVENTS])


def telemetry_page(text: str) -> str:
    """docs/telemetry.md with a row for each span and each metric."""
    text = with_rows(text, "", _SPANS_HEAD, [_span_row(kind) for kind in SPANS])
    return with_rows(text, "", _METRICS_HEAD, [_metric_row(metric) for metric in METRICS])


PAGES: Final[Mapping[str, Callable[[str], str]]] = {
    "settings.md": settings_page,
    "command-line.md": command_line_page,
    "events.md": events_page,
    "telemetry.md": telemetry_page,
}


def _section_of(info: SettingInfo) -> str:
    group = info.name.partition("__")[0] if "__" in info.name else ""
    if group not in SECTIONS:
        raise DocsError(
            f"{info.name} belongs to no section: add {group!r} to SECTIONS, and to docs"
        )
    return SECTIONS[group]


def _setting_row(info: SettingInfo) -> str:
    default, example = _value(info.default), _value(info.example)
    return f"| `{info.name}` | {default} | {info.meaning} | {info.takes} | {example} |"


def _value(text: str) -> str:
    return text if text.startswith(_WORDS) else f"`{text}`"


def _event_row(event: Event) -> str:
    return f"| `{event.name}` | {event.level} | {_code(event.dimensions)} | {event.meaning} |"


def _span_row(kind: SpanKind) -> str:
    return f"| `{kind.name}` | {_code(kind.attributes)} | {kind.meaning} |"


def _metric_row(metric: Metric) -> str:
    series = [f"`{name}`" for name in metric.attributes]
    series += [f"`{name}` = `{value}`" for name, value in metric.fixed.items()]
    source = f"`{metric.event.name}`" + (f" `{metric.dimension}`" if metric.dimension else "")
    return (
        f"| `{metric.name}` | {metric.kind} | {metric.unit} | {', '.join(series)} "
        f"| {source} | {metric.meaning} |"
    )


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
