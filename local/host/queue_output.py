"""Queue output bindings: what a function gave becomes messages, by the real host's rules."""

import base64
import json

from local.host.json_net import rewrite
from local.worker.typed_values import HttpRequest, HttpResponse, Json, JsonValue, Value


def messages(value: Value) -> list[str | bytes]:
    """Splits a binding's value into message bodies.

    JSON array text gives one message an item; a JSON object is written again, indented; anything
    else is a message as it stands. Source: FunctionBinding.ReadAsEnumerable of the Functions host.

    Raises:
        TypeError: the value cannot be a message.
    """
    match value:
        case bytes():
            return [value]
        case Json():
            return _from_json(json.loads(value.text))
        case str() if _looks_like_json(value):
            try:
                return _from_json(json.loads(value))
            except json.JSONDecodeError:
                return [value]
        case HttpRequest() | HttpResponse():
            raise TypeError("an HTTP response cannot go to a queue")
        case _:
            return [str(value)]


def encode(body: str | bytes, *, as_base64: bool) -> str:
    """Turns a message body into the text that stands in the queue.

    Raises:
        UnicodeDecodeError: bytes that are no text, in a queue that is not base64.
    """
    content = body.encode() if isinstance(body, str) else body
    return base64.b64encode(content).decode("ascii") if as_base64 else content.decode()


def decode(text: str, *, as_base64: bool) -> bytes:
    """Turns the text in the queue into the message body.

    Raises:
        ValueError: the text is not base64.
    """
    # .NET ignores white space in base64, and nothing else.
    return base64.b64decode("".join(text.split()), validate=True) if as_base64 else text.encode()


def _from_json(parsed: JsonValue) -> list[str | bytes]:
    return [_as_text(item) for item in (parsed if isinstance(parsed, list) else [parsed])]


def _as_text(item: JsonValue) -> str:
    if isinstance(item, dict | list):
        return rewrite(item)
    return "" if item is None else str(item)  # as .NET prints them: True, not true


def _looks_like_json(text: str) -> bool:
    trimmed = text.strip()
    return trimmed[:1] + trimmed[-1:] in {"{}", "[]"}
