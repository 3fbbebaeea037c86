"""The whole workbook: its parameters and sections, put together."""

import json
from datetime import timedelta
from pathlib import Path

from local.workbook.items import (
    WORKSPACE,
    Json,
    asked,
    milliseconds,
    parameters,
    source,
    text,
)
from local.workbook.sections import QUARTER, SECTIONS

PATH = Path(__file__).resolve().parents[2] / "infra" / "workbook" / "workbook.json"
_SCHEMA = (
    "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"
)
_DAYS = (1, 7, 30, 90)
_SHOWN_FIRST = 30
_TITLE = (
    "## License Steward for Qlik\n\n"
    "To leave it open on a screen, switch on *Auto refresh* in the toolbar; the portal forgets that"
    " when the workbook is closed."
)


def workbook_text() -> str:
    """The workbook as it is written to its file."""
    return json.dumps(workbook(), indent=2, ensure_ascii=False) + "\n"


def workbook() -> Json:
    """The workbook, with a placeholder for the id of the workspace."""
    return {
        "version": "Notebook/1.0",
        "items": [
            text("title", _TITLE),
            parameters([_time_range(), _site(), _has_leases()]),
            *(section.item() for section in SECTIONS),
        ],
        "fallbackResourceIds": [WORKSPACE],
        "$schema": _SCHEMA,
    }


def _time_range() -> Json:
    values = [{"durationMs": milliseconds(timedelta(days=days))} for days in _DAYS]
    return {
        "name": "TimeRange",
        "label": "Time range",
        "type": 4,
        "isRequired": True,
        "typeSettings": {"selectableValues": values, "allowCustom": True},
        "value": {"durationMs": milliseconds(timedelta(days=_SHOWN_FIRST))},
    }


def _site() -> Json:
    return {
        "name": "Site",
        "type": 2,
        "isRequired": True,
        "query": asked("sites"),
        "typeSettings": {"additionalResourceOptions": [], "showDefault": False},
        "timeContext": {"durationMs": milliseconds(QUARTER)},
        "value": "*",
        **source(),
    }


def _has_leases() -> Json:
    return {
        "name": "HasLeases",
        "type": 1,
        "query": asked("has_leases"),
        "isHiddenWhenLocked": True,
        "timeContext": {"durationMs": milliseconds(QUARTER)},
        **source(),
    }
