"""How the text of an app setting becomes a value; every refusal says what to write instead."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SHOWN = 30
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Takes:
    """What a setting takes, in words; `blank_is_unset` for texts, where empty means not given.

    `none` is the word for the value None.
    """

    words: str
    blank_is_unset: bool = False
    none: str = "none"


def shown(value: object) -> str:
    """The value for a message, cut short: a secret in the wrong place must not reach a log."""
    text = str(value).strip()
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def has_control_characters(text: str) -> bool:
    """True when the text holds control characters or what is not valid Unicode text."""
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def clean_text(value: object) -> str:
    """The text without outer blanks.

    Raises:
        ValueError: no text, blank, or control characters in it.
    """
    if not isinstance(value, str):
        raise ValueError(f"must be a text in quotes, not {shown(value)}")  # noqa: TRY004 - pydantic
    text = value.strip()
    if not text:
        raise ValueError("must not be empty")
    if has_control_characters(text):
        raise ValueError("holds a control character; in JSON a backslash is written as two")
    return text


def switch(value: object) -> bool:
    """True or false from its text."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(f"is {shown(value)}; write true or false")
    return word in _TRUE


def whole_number(low: int, high: int) -> Callable[[object], int]:
    """A parser of whole numbers from `low` to `high`; fractions and exponents are refused."""

    def parse(value: object) -> int:
        text = str(value).strip()
        is_whole = re.fullmatch(rf"-?[0-9]{{1,{_MOST_DIGITS}}}", text)
        if not is_whole or not low <= int(text) <= high:
            raise ValueError(f"is {shown(value)}; write a whole number from {low} to {high}")
        return int(text)

    return parse


def number_or_off(low: int, high: int) -> Callable[[object], int | None]:
    """A parser of whole numbers from `low` to `high`, or the word off in any case: None."""
    number = whole_number(low, high)

    def parse(value: object) -> int | None:
        if str(value).strip().lower() == "off":
            return None
        try:
            return number(value)
        except ValueError as error:
            raise ValueError(f"{error}, or off") from None

    return parse


def choice(*allowed: str) -> Callable[[object], str]:
    """A parser that takes one of the words in any case and gives it as listed."""

    def parse(value: object) -> str:
        word = str(value).strip().casefold()
        for candidate in allowed:
            if candidate.casefold() == word:
                return candidate
        raise ValueError(f"is {shown(value)}; write one of {', '.join(allowed)}")

    return parse


def parse_json(value: object, example: str) -> object:
    """The JSON value in a text; anything but a text is handed back as it is.

    Raises:
        ValueError: no JSON, or an object that names a key twice.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if not value.strip():
            raise ValueError(f"is empty; write it like {example}, or remove the setting") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(
            f"is not JSON ({where}: {error.msg}); write it like {example}, a backslash as two"
        ) from None
    except RecursionError:
        raise ValueError(f"is nested too deeply; write it like {example}") from None


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("names the same key twice in one JSON object; keep one of them")
    return result


def _no_constant(name: str) -> object:
    raise ValueError(f"holds {name}, which is not JSON")


def list_of[T](item: Callable[[object], T], example: str) -> Callable[[object], tuple[T, ...]]:
    """A parser of JSON lists whose items `item` reads; a bad item is named by its position."""

    def parse(value: object) -> tuple[T, ...]:
        items = parse_json(value, example)
        if not isinstance(items, list | tuple):
            raise ValueError(f"must be a JSON list, like {example}")  # noqa: TRY004 - pydantic
        return tuple(_item(item, number, raw) for number, raw in enumerate(items, start=1))

    return parse


def _item[T](item: Callable[[object], T], number: int, raw: object) -> T:
    try:
        return item(raw)
    except ValueError as error:
        raise ValueError(f"item {number} {error}") from None


def text_map(value: object, example: str) -> Mapping[str, str]:
    """A JSON object of texts; numbers and true/false become the text that JSON has for them."""
    items = parse_json(value, example)
    if not isinstance(items, dict):
        raise ValueError(f"must be a JSON object, like {example}")  # noqa: TRY004 - pydantic
    result = {_key(key): _map_value(key, raw) for key, raw in items.items()}
    if len(result) != len(items):
        raise ValueError("names the same key twice; keep one of them")
    return result


def _key(key: object) -> str:
    try:
        return clean_text(key)
    except ValueError as error:
        raise ValueError(f"key {shown(key)} {error}") from None


def _map_value(key: str, raw: object) -> str:
    try:
        return clean_text(json.dumps(raw) if isinstance(raw, bool | int | float) else raw)
    except ValueError as error:
        raise ValueError(f"value of {shown(key)} {error}") from None
