"""Holds the site's answers against Qlik's OpenAPI document and recorded bodies, when at hand.

The document isn't part of this project. Where it is, its path is given by an argument or by
STEWARD_QRS_OPENAPI, and the demo site checks what it answers; so it can't drift into fiction.
"""

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from jsonschema import Draft4Validator

from local.demo_site.bodies import JsonObject

VARIABLE = "STEWARD_QRS_OPENAPI"
_ROWS_CHECKED = 25
_PATTERNS = {
    "date": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "guid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}


class SchemaCheck:
    """Collects what in the site's answers isn't as the document says.

    The document and real answers differ in three points, which are allowed for: a property
    may be null (`privileges`, `user`), a text may be empty in spite of a minimal length
    (`deletedUserId`), and the cells of a table are any JSON. A property that the document
    doesn't know is an error: we must not invent any.
    """

    def __init__(self, document: JsonObject) -> None:
        definitions = document["definitions"]
        if not isinstance(definitions, dict):
            raise TypeError("the document has no definitions; it must be swagger 2.0")
        relaxed = {name: _relaxed(schema) for name, schema in definitions.items()}
        relaxed["Table"]["properties"]["rows"] = {"type": "array", "items": {"type": "array"}}
        self._validators = {
            name: Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": relaxed})
            for name in relaxed
        }
        self.problems: list[str] = []

    @classmethod
    def from_file(cls, path: Path) -> "SchemaCheck":
        """Read the OpenAPI document."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_environment(cls) -> "SchemaCheck | None":
        """Read the document that STEWARD_QRS_OPENAPI names; None when it names none."""
        path = os.environ.get(VARIABLE)
        return cls.from_file(Path(path)) if path else None

    def check(self, definition: str, body: object) -> None:
        """Note every difference between one body and the definition."""
        for error in self._validators[definition].iter_errors(body):
            where = "/".join(str(part) for part in error.absolute_path)
            self.problems.append(f"{definition}: {where or 'body'}: {error.message}")

    def check_rows(self, definition: str, rows: Iterable[object]) -> None:
        """Check the first rows of a list; a hundred thousand would say nothing more."""
        for row, _ in zip(rows, range(_ROWS_CHECKED), strict=False):
            self.check(definition, row)


def shape(body: object) -> object:
    """Reduce a body to its shape: names, and for values `date`, `guid`, `str`, `bool`, ...

    Integers and decimals are one kind, a list is the shape of its first item.
    """
    if isinstance(body, dict):
        return {name: shape(value) for name, value in body.items() if not name.startswith("_")}
    if isinstance(body, list):
        return [shape(body[0])] if body else []
    if isinstance(body, str):
        fitting = (name for name, pattern in _PATTERNS.items() if pattern.fullmatch(body))
        return next(fitting, "str")
    if isinstance(body, int | float) and not isinstance(body, bool):
        return "number"
    return type(body).__name__


def _relaxed(schema: object) -> "dict[str, dict[str, object]]":
    found = _nullable(schema)
    if not isinstance(found, dict):
        raise TypeError(f"a definition is an object, not {schema!r}")
    return found


def _nullable(schema: object) -> object:
    if isinstance(schema, list):
        return [_nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _nullable(value) for name, value in schema.items() if name != "minLength"}
    properties = kept.get("properties")
    if isinstance(properties, dict):
        kept["properties"] = {name: _or_null(value) for name, value in properties.items()}
        kept["additionalProperties"] = False
    return kept


def _or_null(schema: object) -> JsonObject:
    return {"anyOf": [{"type": "null"}, schema]}
