"""The pieces of an Azure workbook as JSON.

Their shape is that of the gallery's own workbooks (microsoft/Application-Insights-Workbooks on
GitHub), whose published schema leaves most of it open.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum
from pathlib import Path

type Json = dict[str, object]

QUERIES = Path(__file__).resolve().parents[2] / "infra" / "kql" / "workbook"
WORKSPACE = "__WORKSPACE_RESOURCE_ID__"  # the template puts the workspace's id in its place
RESOURCE_TYPE = "microsoft.operationalinsights/workspaces"
_NAMESPACE = uuid.UUID("6f3f8f0a-3b51-4a0f-9a53-0d1c8f6f2b7e")
# What queries leave open, and the parameters of the workbook that say it.
OPENED = {"site": "'{Site:escape}'", "grain": "{TimeRange:grain}"}


class Formatter(IntEnum):
    """How a table or tile shows a column."""

    TEXT = 1
    BAR = 3
    DATE = 6
    THRESHOLDS = 18


class Shown(StrEnum):
    """How an answer is shown."""

    TABLE = "table"
    TILES = "tiles"
    TIMECHART = "timechart"
    BARCHART = "barchart"


class Size(IntEnum):
    """The height of an item."""

    MEDIUM = 0
    SMALL = 1
    TINY = 4


@dataclass(frozen=True, slots=True)
class Query:
    """A query on the screen.

    Attributes:
        file: its name in infra/kql/workbook, without `.kql`.
        title: what stands above it.
        shown: as what.
        within: how far back it reads; None for the parameter *Time range*.
        width: percent of the screen.
        empty: what stands there when there is nothing.
        good_when_empty: nothing is good news.
        labels: headings of columns, where their names would not do.
        formats: how columns are shown, by their name.
        axis, values, series: the columns of a chart.
        tile: the columns of title, value and note of a tile.
    """

    file: str
    title: str
    shown: Shown
    within: timedelta | None = None
    width: int = 100
    size: Size = Size.MEDIUM
    empty: str = ""
    good_when_empty: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Json] = field(default_factory=dict)
    axis: str = ""
    values: tuple[str, ...] = ()
    series: str = ""
    tile: tuple[str, ...] = ()

    def item(self) -> Json:
        """The item of the workbook."""
        content: Json = {
            "version": "KqlItem/1.0",
            "query": asked(self.file),
            "size": self.size.value,
            "title": self.title,
            "noDataMessage": self.empty or "Nothing within the time range.",
            **_time(self.within),
            **source(),
            "visualization": self.shown.value,
            **self._settings(),
        }
        if self.good_when_empty:
            content["noDataMessageStyle"] = 3
        return {"type": 3, "content": content, "customWidth": str(self.width), "name": self.file}

    def _settings(self) -> Json:
        if self.shown is Shown.TILES:
            title, value, note = self.tile
            return {
                "tileSettings": {
                    "titleContent": {"columnMatch": title, "formatter": Formatter.TEXT.value},
                    "leftContent": {"columnMatch": value, "formatter": Formatter.TEXT.value},
                    "secondaryContent": {"columnMatch": note, "formatter": Formatter.TEXT.value},
                    "showBorder": True,
                    "size": "auto",
                }
            }
        if self.shown is Shown.TABLE:
            return {"showExportToExcel": True, "gridSettings": self._grid()}
        chart: Json = {"xAxis": self.axis, "yAxis": list(self.values), "showLegend": True}
        if self.series:
            # No "Other": a farm may have more machines than the ten that the portal would show.
            chart |= {"group": self.series, "createOtherGroup": None}
        return {"chartSettings": chart}

    def _grid(self) -> Json:
        return {
            "formatters": [{"columnMatch": f"^{n}$", **how} for n, how in self.formats.items()],
            "rowLimit": 1000,
            "filter": True,
            "labelSettings": [{"columnId": n, "label": label} for n, label in self.labels.items()],
        }


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the screen that can be folded; `only_if` names a parameter that must say "yes"."""

    name: str
    title: str
    intro: str
    queries: tuple[Query, ...]
    only_if: str = ""
    open: bool = True

    def item(self) -> Json:
        """The item of the workbook."""
        inside = [text(f"{self.name}-intro", self.intro), *(query.item() for query in self.queries)]
        content: Json = {
            "version": "NotebookGroup/1.0",
            "groupType": "editable",
            "title": self.title,
            "expandable": True,
            "expanded": self.open,
            "items": inside,
        }
        item: Json = {"type": 12, "content": content, "name": self.name}
        if self.only_if:
            shown = {"parameterName": self.only_if, "comparison": "isEqualTo", "value": "yes"}
            item["conditionalVisibility"] = shown
        return item


def asked(file: str) -> str:
    """The query of a file, with what it leaves open said by the workbook's parameters."""
    query = (QUERIES / f"{file}.kql").read_text(encoding="utf-8").rstrip("\n")
    statements = re.sub(r"^//.*$|'[^'\n]*'", "", query, flags=re.MULTILINE)
    used = [name for name in OPENED if re.search(rf"\b{name}\b", statements)]
    return "\n".join([*(f"let {name} = {OPENED[name]};" for name in used), query])


def text(name: str, markdown: str) -> Json:
    """An item of text."""
    return {"type": 1, "content": {"json": markdown}, "name": name}


def icons(levels: Mapping[str, str]) -> Json:
    """A text with an icon before it: `success`, `warning`, `error` or another of the workbooks'."""
    rows: list[Json] = [
        {"operator": "==", "thresholdValue": value, "representation": icon, "text": "{0}{1}"}
        for value, icon in levels.items()
    ]
    rows.append({"operator": "Default", "representation": "Blank", "text": "{0}{1}"})
    options: Json = {"thresholdsOptions": "icons", "thresholdsGrid": rows}
    return {"formatter": Formatter.THRESHOLDS.value, "formatOptions": options}


def bar(palette: str, *, most: int | None = None) -> Json:
    """A number with a bar, from 0 to `most`, or to the largest of the column."""
    options: Json = {"palette": palette, "min": 0}
    if most is not None:
        options["max"] = most
    return {"formatter": Formatter.BAR.value, "formatOptions": options}


def parameters(found: Iterable[Json]) -> Json:
    """The item of parameters."""
    rows = [
        {"id": str(uuid.uuid5(_NAMESPACE, str(each["name"]))), "version": "KqlParameterItem/1.0"}
        | each
        for each in found
    ]
    content: Json = {
        "version": "KqlParameterItem/1.0",
        **source(),
        "parameters": rows,
        "style": "pills",
    }
    return {"type": 9, "content": content, "name": "parameters"}


def source() -> Json:
    """Where a query is asked: the workspace, whatever the workbook was opened from."""
    return {
        "queryType": 0,
        "resourceType": RESOURCE_TYPE,
        "crossComponentResources": [WORKSPACE],
    }


def milliseconds(time: timedelta) -> int:
    """A duration as workbooks want it."""
    return time // timedelta(milliseconds=1)


def _time(within: timedelta | None) -> Json:
    if within is None:
        return {"timeContext": {"durationMs": 0}, "timeContextFromParameter": "TimeRange"}
    return {"timeContext": {"durationMs": milliseconds(within)}}
