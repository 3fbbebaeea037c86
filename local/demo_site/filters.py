"""The filter language of QRS: `property op value`, `and`, `or`, parentheses (QRS facts 1d, 3).

Two conditions on a list (`tags.name`, `customProperties.value`) may be met by different
items of it, as on a real site.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from local.demo_site import dates
from local.demo_site.bodies import JsonObject
from local.demo_site.fields import Fields, Kind, kind_of, values_at

type Test = Callable[[JsonObject], bool]
type Compare = Callable[[object], bool]

_TOKEN = re.compile(r"\s*(?:([()])|('(?:\\.|[^'\\])*')|([^\s()']+))", re.DOTALL)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BY_ID = re.compile(rf"\s*id\s+(?i:eq)\s+((?i:{_GUID.pattern}))\s*")
_OR = re.compile(r"\sor\s", re.IGNORECASE)
_ORDERED = {"gt", "ge", "lt", "le"}
_TEXTUAL = {"sw", "ew", "so"}
_OPERATORS = {"eq", "ne"} | _ORDERED | _TEXTUAL


class FilterError(ValueError):
    """A filter that QRS answers with 400; the text is that of the answer."""


def compile_filter(text: str, fields: Fields, *, naive_is: tzinfo = UTC) -> Test:
    """Turn a filter into a test of JSON rows.

    Raises:
        FilterError: with the words that QRS uses for a bad filter.
    """
    ids = only_ids(text)
    if ids is not None:
        return lambda row: str(row["id"]).lower() in ids
    parser = _Parser(text, fields, naive_is)
    test = parser.either()
    if parser.peek() is not None:
        raise parser.error()
    return test


def only_ids(text: str) -> frozenset[str] | None:
    """The ids (lower case) of a filter `id eq ... or id eq ...`; None for any other filter.

    A database finds such rows by its index, however many others there are.
    """
    found = [_BY_ID.fullmatch(part) for part in _OR.split(text)]
    return frozenset(each[1].lower() for each in found if each) if all(found) else None


class _Parser:
    def __init__(self, text: str, fields: Fields, naive_is: tzinfo) -> None:
        self._text = text
        self._fields = fields
        self._naive_is = naive_is
        self._tokens = self._split()
        self._next = 0

    def error(self) -> FilterError:
        return FilterError(f"Cannot parse the expression: {self._text}")

    def peek(self) -> str | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def either(self) -> Test:
        tests = [self._both()]
        while self._follows("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._term()]
        while self._follows("and"):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _term(self) -> Test:
        if self.peek() != "(":
            return self._condition()
        self._take()
        if self.peek() == ")":
            raise FilterError("Invalid expression")
        test = self.either()
        if self._take() != ")":
            raise self.error()
        return test

    def _condition(self) -> Test:
        path, operator, value = self._take(), self._take().lower(), self._take()
        kind = kind_of(path, self._fields)
        if kind is None or operator not in _OPERATORS:
            raise self.error()
        compare = self._comparison(kind, operator, value)
        return lambda row: any(compare(found) for found in values_at(row, path))

    def _comparison(self, kind: Kind, operator: str, value: str) -> Compare:
        if kind is Kind.TEXT:
            return self._compare_text(operator, value)
        if operator in _TEXTUAL or (kind is not Kind.DATE and operator in _ORDERED):
            raise self.error()
        if kind is Kind.DATE:
            return self._compare_date(operator, value)
        return self._compare_bare(kind, operator, value)

    def _compare_text(self, operator: str, value: str) -> Compare:
        if operator in _ORDERED:
            raise self.error()
        wanted = self._quoted(value).casefold()
        tests: dict[str, Callable[[str], bool]] = {
            "eq": lambda text: text == wanted,
            "ne": lambda text: text != wanted,
            "sw": lambda text: text.startswith(wanted),
            "ew": lambda text: text.endswith(wanted),
            "so": lambda text: wanted in text,
        }
        test = tests[operator]
        return lambda found: test(str(found).casefold())

    def _compare_date(self, operator: str, value: str) -> Compare:
        moment = dates.read(self._quoted(value), self._naive_is)
        if moment is None:
            raise self.error()
        wanted = moment
        tests: dict[str, Callable[[datetime], bool]] = {
            "eq": lambda date: date == wanted,
            "ne": lambda date: date != wanted,
            "gt": lambda date: date > wanted,
            "ge": lambda date: date >= wanted,
            "lt": lambda date: date < wanted,
            "le": lambda date: date <= wanted,
        }
        test = tests[operator]
        return lambda found: test(datetime.fromisoformat(str(found)))

    def _compare_bare(self, kind: Kind, operator: str, value: str) -> Compare:
        wanted = value.lower()
        if kind is Kind.GUID and not _GUID.fullmatch(value):
            raise self.error()
        if kind is Kind.BOOL and wanted not in {"true", "false"}:
            raise self.error()
        same = operator == "eq"
        return lambda found: (str(found).lower() == wanted) is same

    def _quoted(self, token: str) -> str:
        if not token.startswith("'"):
            raise self.error()
        return re.sub(r"\\(['\\])", r"\1", token[1:-1])

    def _follows(self, word: str) -> bool:
        if (self.peek() or "").lower() != word:
            return False
        self._next += 1
        return True

    def _take(self) -> str:
        token = self.peek()
        if token is None:
            raise self.error()
        self._next += 1
        return token

    def _split(self) -> list[str]:
        tokens: list[str] = []
        at, text = 0, self._text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self.error()
            tokens.append(match.group().strip() if match[2] is None else match[2])
            at = match.end()
        return tokens
