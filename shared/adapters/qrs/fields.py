"""Typed fields of QRS's JSON objects: what is absent is tolerated, what is odd is refused.

A value of the wrong type is never read as "not set": a date or a tag that is overlooked could
cost a person the license.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from shared.adapters.qrs.json_body import Row
from shared.domain.errors import QrsAnswerError

_LAST_NULL_YEAR = 1753  # QRS's null date is 1753-01-01 (QRS fact 2c)
# No site has as many; 2147483647 stands for "unlimited" or an error, never for a count.
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of QRS; `name` says in messages which one."""

    name: str
    row: Row

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.row.get(key)
        if not isinstance(value, str):
            raise self.odd(key, "a text")
        return value

    def optional_text(self, key: str) -> str:
        """A text, empty when absent or null."""
        return "" if self.row.get(key) is None else self.text(key)

    def flag(self, key: str) -> bool:
        """A truth value, False when absent or null."""
        return self.optional_flag(key) or False

    def optional_flag(self, key: str) -> bool | None:
        """A truth value, None when absent or null."""
        value = self.row.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.odd(key, "true or false")
        return value

    def number(self, key: str, *, least: int = 0) -> float:
        """A number from `least` to a thousand million that must be there."""
        value = self.row.get(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.odd(key, "a number")
        if not least <= value <= _MOST:
            raise self.odd(key, f"a number from {least} to {_MOST}")
        return float(value)

    def optional_number(self, key: str) -> float | None:
        """A number, None when absent or null."""
        return None if self.row.get(key) is None else self.number(key)

    def count(self, key: str, *, least: int = 0) -> int:
        """A whole number from `least` to a thousand million that must be there."""
        value = self.number(key, least=least)
        if not value.is_integer():
            raise self.odd(key, "a whole number")
        return int(value)

    def moment(self, key: str) -> datetime | None:
        """A time in UTC; None when absent, null or QRS's null date. Without an offset it is UTC."""
        value = self.row.get(key)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(self.text(key).strip())
            if moment.year <= _LAST_NULL_YEAR:
                return None
            return moment.replace(tzinfo=UTC) if not moment.tzinfo else moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.odd(key, "a date in ISO form") from error

    def child(self, key: str) -> "Fields | None":
        """An object inside this one, None when absent or null."""
        value = self.row.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.odd(key, "an object")
        return None if value is None else Fields(f"{key} of {self.name}", value)

    def children(self, key: str) -> list["Fields"]:
        """The objects of a list inside this one, none when absent or null."""
        value = self.row.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.odd(key, "a list of objects")
        return [Fields(f"{key} of {self.name}", each) for each in value]

    def odd(self, key: str, expected: str) -> QrsAnswerError:
        """The error for a value that is missing or is not what it should be."""
        value = self.row.get(key, "nothing")
        return QrsAnswerError(
            f"QRS sent {value!r:.80} as {key} of {self.name}, where {expected} belongs."
        )
