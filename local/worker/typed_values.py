"""Values that travel between the host and its worker, and their form on the pipe.

They are the cases of the Functions protocol's TypedData that our triggers and bindings use.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict


@dataclass(frozen=True, slots=True)
class Json:
    """JSON text, kept as text: the host forwards it as the worker wrote it."""

    text: str


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request as the host hands it to a function.

    Attributes:
        method: upper case.
        url: the full address.
        headers: names in lower case, as the real host sends them.
        query: the parameters after the question mark.
        route: the values of `{name}` in the function's route.
        body: as received.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    route: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What an HTTP function answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


type JsonValue = bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None

type Value = str | bytes | int | float | Json | HttpRequest | HttpResponse


class Wire(TypedDict, total=False):
    """A value as one JSON object; `bytes` and `body` are base64."""

    string: str
    bytes: str
    number: int | float
    json: str
    method: str
    url: str
    status: int
    headers: dict[str, str]
    query: dict[str, str]
    route: dict[str, str]
    body: str


def to_wire(value: Value) -> Wire:
    """Turns a value into its JSON object."""
    match value:
        case str():
            return {"string": value}
        case bytes():
            return {"bytes": _encode(value)}
        case Json():
            return {"json": value.text}
        case HttpRequest():
            return {
                "method": value.method,
                "url": value.url,
                "headers": dict(value.headers),
                "query": dict(value.query),
                "route": dict(value.route),
                "body": _encode(value.body),
            }
        case HttpResponse():
            return {
                "status": value.status,
                "headers": dict(value.headers),
                "body": _encode(value.body),
            }
        case _:
            return {"number": value}


def from_wire(wire: Wire) -> Value:
    """Turns a JSON object back into the value.

    Raises:
        ValueError: the object is none of ours.
    """
    if "string" in wire:
        return wire["string"]
    if "bytes" in wire:
        return base64.b64decode(wire["bytes"])
    if "json" in wire:
        return Json(wire["json"])
    if "number" in wire:
        return wire["number"]
    if "status" in wire:
        return HttpResponse(wire["status"], wire["headers"], base64.b64decode(wire["body"]))
    if "method" in wire:
        return HttpRequest(
            wire["method"],
            wire["url"],
            wire["headers"],
            wire["query"],
            wire["route"],
            base64.b64decode(wire["body"]),
        )
    raise ValueError(f"not a value of the worker's pipe: {sorted(wire)}")


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
