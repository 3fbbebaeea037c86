"""docs/events.md tells of every event, and of no other."""

import re
from pathlib import Path

from shared.adapters.telemetry import LogTelemetry
from shared.domain.events import CATALOGUE

PAGE = Path("docs/events.md")
ROW = re.compile(r"^\| `([a-z_.]+)` \| (\w+) \| (.*?) \| (.*?) \|$", re.MULTILINE)


def test_the_page_lists_the_catalogue_exactly() -> None:
    """Name, level, dimensions and meaning of each event stand in the table as in the code."""
    documented = {row[0]: row[1:] for row in ROW.findall(PAGE.read_text())}
    expected = {
        event.name: (
            event.level.value,
            ", ".join(f"`{name}`" for name in event.dimensions),
            event.meaning,
        )
        for event in CATALOGUE
    }
    assert documented == expected


def test_event_names_are_unique() -> None:
    """A query by name must find one kind of event."""
    assert len({event.name for event in CATALOGUE}) == len(CATALOGUE)


def test_every_event_can_be_logged() -> None:
    """No dimension has a name that a log record keeps for itself."""
    for event in CATALOGUE:
        LogTelemetry().emit(event, dict.fromkeys(event.dimensions, "x"))
