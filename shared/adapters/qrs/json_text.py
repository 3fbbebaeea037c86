"""JSON text that comes in pieces: its values one by one, and whether what is left was cut off.

The decoder is that of Python's own `json`: three times as fast as a parser that tells of each
inner value, and it takes a value again from its beginning when more of it has come.
"""

import codecs
import re
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from typing import Never

from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsAnswerError

_BLANKS = re.compile(r"[ \t\r\n]*")
_LONGEST_VALUE = 16 * 1024 * 1024  # characters; a user with 10,000 groups has a fifth of that
# How a value ends that was cut off outside of a string: within a number or a literal.
_CUT = re.compile(r"[-+.eE0-9]*|t|tr|tru|f|fa|fal|fals|n|nu|nul")
_CUT_STRING = "Unterminated string"
_CUT_ESCAPE, _ESCAPE_LENGTH = r"Invalid \uXXXX escape", 6


def _no_json(name: str) -> Never:
    raise JSONDecodeError("this is no JSON", name, 0)


_DECODER = JSONDecoder(parse_float=Decimal, parse_constant=_no_json)


class JsonText:
    """What came and is not read yet; `expected` says in errors what it should be."""

    def __init__(self, expected: str) -> None:
        self._expected = expected
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0

    def add(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        try:
            self._text = self._text[self._at :] + self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise self.broken() from error
        self._at = 0

    def peek(self) -> str:
        """The next character that is no blank; empty when there is none yet."""
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks else self._at
        return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Go past the character that `peek` gave."""
        self._at += 1

    def value(self) -> tuple[object] | None:
        """The value that begins here, in a tuple; None when it has not all come yet."""
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except JSONDecodeError as error:
            self._refuse_unless_cut(error.msg, error.pos)
        except (ValueError, ArithmeticError) as error:
            what = f"QRS sent {self._expected} with a number of endless digits."
            raise QrsAnswerError(what) from error
        except RecursionError as error:
            raise self.broken() from error
        else:
            return (value,)
        return None

    def end(self) -> None:
        """Raise `TryAgainError` when something is left: next time the rest of it may come."""
        try:
            left = self._decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise self.cut_off() from error
        if left or self.peek():
            raise self.cut_off()

    def broken(self) -> QrsAnswerError:
        """The error for what can't become JSON, whatever comes."""
        return QrsAnswerError(f"QRS sent {self._expected} in broken JSON.")

    def other(self) -> QrsAnswerError:
        """The error for JSON of another kind."""
        return QrsAnswerError(f"QRS sent something else than {self._expected}.")

    def cut_off(self) -> TryAgainError:
        """The error for a body that ends too early."""
        return TryAgainError(f"QRS sent {self._expected}, but it ends in the middle.")

    def _refuse_unless_cut(self, message: str, wrong_at: int) -> None:
        cut = (
            message.startswith(_CUT_STRING)
            or (message.startswith(_CUT_ESCAPE) and wrong_at > len(self._text) - _ESCAPE_LENGTH)
            or _CUT.fullmatch(self._text, wrong_at)
        )
        if not cut or len(self._text) - self._at > _LONGEST_VALUE:
            raise self.broken()
