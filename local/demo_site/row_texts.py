"""The JSON of rows, made once for as long as a row stays as it is: a big site answers quickly."""

import json
from collections.abc import Callable

from local.demo_site.bodies import JsonObject

type Render[Row] = Callable[[Row], JsonObject]


def dumped(body: object) -> str:
    """JSON without spaces, as QRS writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


class RowTexts:
    """Remembers texts by the records that they were made of; records never change."""

    def __init__(self) -> None:
        self._texts: dict[tuple[object, str], tuple[tuple[object, ...], str]] = {}

    def text[Row](
        self, render: Render[Row], row: Row, row_id: str, records: tuple[object, ...]
    ) -> str:
        """The JSON of a row that has this id and is made of these records."""
        known = self._texts.get((render, row_id))
        if known and all(a is b for a, b in zip(known[0], records, strict=True)):
            return known[1]
        text = dumped(render(row))
        self._texts[render, row_id] = records, text
        return text
