"""Reads schedule texts of later.js, like `every 6 hours` or `at 04:00 am every weekday`.

What each form means was measured on later.js 4.2.0, which Butler uses, and not guessed: see
tests/unit/butler/later_runs.json. It counts in UTC, for Butler never tells it to do otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local.butler.later_cursor import Cursor, unknown
from local.butler.later_words import NotUnderstoodError, Unit, words

_NOT_TAKEN = {
    "after": "nothing in a cron schedule does what its word 'after' does",
    "before": "nothing in a cron schedule does what its word 'before' does",
    "except": "a cron schedule has no exceptions",
    "also": "it joins two schedules by 'also', and a setting holds one",
    "in": "a cron schedule has no years",
}


@dataclass(frozen=True, slots=True)
class LaterTimes:
    """When later.js runs: allowed values of each part that is named, and times of the day.

    `times` are minutes since midnight, UTC. `remarks` say where the words mean something else than
    they seem to.
    """

    values: Mapping[Unit, frozenset[int]]
    times: frozenset[int] = frozenset()
    remarks: tuple[str, ...] = ()


def parse_later(text: str) -> LaterTimes:
    """What a schedule text means.

    Raises:
        NotUnderstoodError: later.js does not understand it either, or it can't be a cron schedule.
    """
    return _Parser(Cursor(words(text))).parse()


@dataclass(slots=True)
class _Parser:
    words: Cursor
    values: dict[Unit, frozenset[int]] = field(default_factory=dict)
    times: set[int] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def parse(self) -> LaterTimes:
        phrases: Mapping[str, Callable[[], None]] = {
            "every": self._every,
            "on": self._on,
            "of": lambda: self._put(Unit.MONTH, self._ranges(self.words.month)),
            "at": self._at,
        }
        while self.words.tokens:
            token = self.words.next()
            if token.text in _NOT_TAKEN:
                raise NotUnderstoodError(_NOT_TAKEN[token.text])
            if token.text in phrases:
                phrases[token.text]()
            elif token.text not in {",", "and"}:
                raise unknown(token)
        if not self.values and not self.times:
            raise NotUnderstoodError("it names no time at all")
        return LaterTimes(self.values, frozenset(self.times), tuple(self.remarks))

    def _every(self) -> None:
        if self.words.take("weekday"):
            self._put(Unit.WEEKDAY, frozenset(range(2, 7)))
        elif self.words.take("weekend"):
            self._put(Unit.WEEKDAY, frozenset({1, 7}))
        else:
            step = self.words.number()
            unit = self.words.unit()
            if step == 0:
                raise NotUnderstoodError(f"every 0 {unit.called}s is no period")
            first, last = self._bounds(unit)
            self._put(unit, frozenset(range(first, last + 1, step)))
            self._remark(step, unit)

    def _bounds(self, unit: Unit) -> tuple[int, int]:
        if self.words.take("start") or self.words.take("starting"):
            if not self.words.take("at"):
                self.words.take("on")
            self.words.take("the")
            first = self._in_range(unit, self.words.number())
            if self.words.unit() is not unit:
                raise NotUnderstoodError(f"what it starts on must be a {unit.called}")
            return first, unit.high
        if self.words.take("between"):
            self.words.take("the")
            first = self._in_range(unit, self.words.number())
            self.words.expect("and")
            return first, self._in_range(unit, self.words.number())
        return unit.low, unit.high

    def _remark(self, step: int, unit: Unit) -> None:
        count = unit.high - unit.low + 1
        if step > 1 and (count % step or unit is Unit.DAY):
            values = ", ".join(map(str, sorted(self.values[unit])))
            self.remarks.append(
                f"later.js starts anew each {unit.anew}: 'every {step} {unit.called}s' never meant"
                f" more than {unit.called} {values}"
            )

    def _on(self) -> None:
        if not self.words.take("the"):
            self._put(Unit.WEEKDAY, self._ranges(self.words.day))
            return
        if self.words.take("last"):
            raise NotUnderstoodError("a cron schedule of Azure Functions has no 'last'")
        first = self.words.take("first")
        numbers = frozenset[int]() if first else self._ranges(self.words.number)
        unit = self.words.unit()
        values = frozenset({unit.low}) if first else numbers
        self._put(unit, frozenset(self._in_range(unit, value) for value in values))

    def _at(self) -> None:
        if self.times:
            raise NotUnderstoodError("it says 'at' twice; later.js wants 'at 5:00 and 17:00'")
        times = [self.words.time()]
        while self.words.take_and():
            times.append(self.words.time())
        self.times |= _in_order(times)

    def _ranges(self, value: Callable[[], int]) -> frozenset[int]:
        found = self._range(value)
        while self.words.take_and():
            found += self._range(value)
        return _in_order(found)

    def _range(self, value: Callable[[], int]) -> list[int]:
        first = last = value()
        if self.words.take("-") or self.words.take("to") or self.words.take("through"):
            last = value()
        if last < first:
            raise NotUnderstoodError("later.js can't count backwards, so a range of it is empty")
        return list(range(first, last + 1))

    def _put(self, unit: Unit, values: frozenset[int]) -> None:
        if unit in self.values:
            raise NotUnderstoodError(f"it names the {unit.called} twice")
        self.values[unit] = values

    def _in_range(self, unit: Unit, value: int) -> int:
        if not unit.low <= value <= unit.high:
            raise NotUnderstoodError(f"there is no {unit.called} {value}")
        return value


def _in_order(values: list[int]) -> frozenset[int]:
    """The values, if later.js runs at all of them: it skips what is out of order.

    `on sat,sun` is the one list out of order that was seen to work: the last day and the first.
    """
    if values != sorted(values) and values != [Unit.WEEKDAY.high, Unit.WEEKDAY.low]:
        raise NotUnderstoodError(
            "its values are out of order, and later.js then skips some of them"
        )
    return frozenset(values)
