"""A walk over the words of a schedule text."""

from collections.abc import Callable
from dataclasses import dataclass

from local.butler.later_words import (
    UNITS,
    NotUnderstoodError,
    Token,
    Unit,
    day_of_week,
    minute_of_day,
    month,
)

_END = Token("end", "its end")


@dataclass(slots=True)
class Cursor:
    """The words that are still to come; reading one of another kind is not understood."""

    tokens: list[Token]

    def next(self) -> Token:
        """The next word, or one that stands for the end."""
        return self.tokens.pop(0) if self.tokens else _END

    def take(self, word: str) -> bool:
        """Whether the next word is this one; if so it is done with."""
        found = bool(self.tokens) and self.tokens[0].text == word
        if found:
            del self.tokens[0]
        return found

    def take_and(self) -> bool:
        """A comma, or `and`."""
        return self.take(",") or self.take("and")

    def expect(self, word: str) -> None:
        """The next word must be this one."""
        if not self.take(word):
            raise unknown(self.next())

    def number(self) -> int:
        """`6`, or `6th`."""
        return int(self._kind("number").text[:9])

    def time(self) -> int:
        """A time of the day, in minutes since midnight."""
        return minute_of_day(self._kind("time").text)

    def day(self) -> int:
        """The name of a day: 1 for Sunday."""
        return self._named(day_of_week)

    def month(self) -> int:
        """The name of a month: 1 for January."""
        return self._named(month)

    def unit(self) -> Unit:
        """`hours`, `day`, `day of the month`, `day of the week`.

        An `of` without `the` belongs to a month that follows.
        """
        token = self.next()
        unit = UNITS.get(token.text)
        if unit is None:
            raise unknown(token)
        if [each.text for each in self.tokens[:2]] != ["of", "the"]:
            return unit
        del self.tokens[:2]
        whole = self.next().text
        if unit is not Unit.DAY or whole not in {"month", "week"}:
            raise NotUnderstoodError(f"a cron schedule has no '{unit.called} of the {whole}'")
        return unit if whole == "month" else Unit.WEEKDAY

    def _named(self, read: Callable[[str], int | None]) -> int:
        token = self.next()
        value = read(token.text)
        if value is None:
            raise unknown(token)
        return value

    def _kind(self, kind: str) -> Token:
        token = self.next()
        if token.kind != kind:
            raise unknown(token)
        return token


def unknown(token: Token) -> NotUnderstoodError:
    """What later.js would stop at."""
    return NotUnderstoodError(f"later.js does not understand it from {token.text!r} on")
