"""Reads XML as it arrives, keeping only what a shape wants: a DOM never exists.

Hostile XML is refused: a DTD at its first word (so there are no entities to expand and none to
fetch), and more bytes, depth, names, text or rows than any QMS sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from shared.adapters.qms.retrying import TryAgainError
from shared.adapters.qms.shapes import Record, Rows, Shape, Text
from shared.adapters.qms.values import OddValueError, Values
from shared.domain.errors import QmsAnswerError

_MIB = 1024 * 1024
_PIECE = 64 * 1024
_UNFINISHED = 1 * _MIB  # bytes of a tag or comment without an end, which expat has to keep
_CUT_OFF = frozenset(
    {
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    }
)
_TRUE = frozenset({"true", "1"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer may hold: 100,000 leases are 40 MB and 150,000 rows with their CALs.

    Attributes:
        body: bytes after decompression.
        depth: elements inside each other.
        names: different names of elements, attributes and prefixes; expat keeps them all.
        text: characters of one wanted element.
        rows: entries of all lists together.
    """

    body: int = 512 * _MIB
    depth: int = 64
    names: int = 2000
    text: int = 16_000
    rows: int = 1_000_000


type _Kept = dict[str, object] | list[object]


class XmlReader:
    """Takes a document in pieces; `finish` gives what was made of its root element."""

    def __init__(self, root: str, shape: Record, limits: Limits) -> None:
        self._root = root
        self._limits = limits
        self._size = self._depth = self._skipping = self._rows = self._text_size = 0
        self._names: dict[str, str] = {}
        self._text: list[str] = []
        self._made: dict[str, object] = {}
        # From the document to the innermost wanted element: its name, its shape, what it holds.
        self._open: list[tuple[str, Shape, _Kept]] = [
            ("", Record({root: shape}, lambda _: None), self._made)
        ]
        self._parser = self._new_parser()

    def feed(self, chunk: bytes) -> None:
        """Take the next piece; `QmsAnswerError` when it is broken, hostile or not as asked for."""
        view = memoryview(chunk)
        for start in range(0, len(chunk), _PIECE):
            self._parse(view[start : start + _PIECE], final=False)

    def finish(self) -> object:
        """What was made of the root; `TryAgainError` when the document ended too early."""
        if not self._size:
            raise QmsAnswerError("QMS sent an empty answer.")
        self._parse(memoryview(b""), final=True)
        self._parser = expat.ParserCreate()  # the old one and this reader hold each other
        return self._made.get(self._root)

    def _new_parser(self) -> expat.XMLParserType:
        # As UTF-8, or UTF-16 that shows by its first bytes: of the encodings that a declaration
        # may name, WCF sends no other, and Python's many need no trying on strangers' bytes.
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = lambda *_: _refuse("has a DTD, which SOAP forbids")
        parser.StartNamespaceDeclHandler = lambda prefix, _: self._know(f"xmlns:{prefix}")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    def _parse(self, piece: memoryview, *, final: bool) -> None:
        self._size += len(piece)
        if self._size > self._limits.body:
            _refuse(f"is larger than {self._limits.body} bytes")
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            if final and expat.ErrorString(error.code) in _CUT_OFF:
                raise TryAgainError("QMS sent an answer that ends in the middle.") from error
            raise QmsAnswerError(
                f"QMS sent broken XML ({expat.ErrorString(error.code)}, line {error.lineno})."
            ) from error
        if self._size - self._parser.CurrentByteIndex > _UNFINISHED:
            _refuse("has a tag without an end")

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            _refuse(f"has more than {self._limits.depth} elements inside each other")
        name = self._names.get(full_name) or self._know(full_name)
        nil = bool(attributes) and self._is_nil(attributes)
        if self._skipping:
            self._skipping += 1
        elif (shape := self._open[-1][1].inner(name)) is None:
            self._skip(name)
        elif nil:
            self._keep(name, None)
            self._skipping = 1
        else:
            self._enter(name, shape)

    def _skip(self, name: str) -> None:
        if self._depth == 1:
            what = "a web page" if name.lower() == "html" else f"an element {name[:80]!r}"
            raise QmsAnswerError(
                f"QMS sent {what} where a SOAP envelope was expected: check QLIKVIEW__URL."
            )
        self._skipping = 1

    def _enter(self, name: str, shape: Shape) -> None:
        self._open.append((name, shape, [] if isinstance(shape, Rows) else {}))
        if isinstance(shape, Text):
            self._text, self._text_size = [], 0
            self._parser.CharacterDataHandler = self._take_text

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._skipping:
            self._skipping -= 1
            return
        name, shape, kept = self._open[-1]
        made = self._make(name, shape, kept)
        self._open.pop()
        self._keep(name, made)

    def _make(self, name: str, shape: Shape, kept: _Kept) -> object:
        if isinstance(shape, Text):
            self._parser.CharacterDataHandler = None
            return "".join(self._text).strip()
        if isinstance(shape, Rows) or not isinstance(kept, Mapping):
            return kept
        try:
            return shape.make(Values(kept))
        except OddValueError as odd:
            raise QmsAnswerError(
                f"QMS sent {odd.value[:60]!r} as {odd.name} of {self._where(name)}, "
                f"where {odd.expected} belongs."
            ) from odd

    def _where(self, name: str) -> str:
        outer, _, kept = self._open[-2]
        return f"{name} {len(kept) + 1} in {outer}" if isinstance(kept, list) else name

    def _keep(self, name: str, made: object) -> None:
        outer, _, kept = self._open[-1]
        if isinstance(kept, dict):
            if name in kept:
                raise QmsAnswerError(f"QMS sent {name} twice in one {outer or 'answer'}.")
            kept[name] = made
        elif made is not None:
            self._rows += 1
            if self._rows > self._limits.rows:
                _refuse(f"has more than {self._limits.rows} entries in its lists")
            kept.append(made)

    def _take_text(self, text: str) -> None:
        if self._skipping:
            return
        self._text_size += len(text)
        if self._text_size > self._limits.text:
            _refuse(
                f"has a text of more than {self._limits.text} characters in {self._open[-1][0]}"
            )
        self._text.append(text)

    def _is_nil(self, attributes: Mapping[str, str]) -> bool:
        names = {self._names.get(name) or self._know(name): name for name in attributes}
        return "nil" in names and attributes[names["nil"]].strip() in _TRUE

    def _know(self, full_name: str) -> str:
        """The local name; remembers it, because so does expat, for as long as it reads."""
        if full_name not in self._names and len(self._names) >= self._limits.names:
            _refuse(f"has more than {self._limits.names} different names")
        return self._names.setdefault(full_name, full_name.rpartition(" ")[2])


def _refuse(why: str) -> NoReturn:
    raise QmsAnswerError(f"QMS sent an answer that {why}: it is refused.")
