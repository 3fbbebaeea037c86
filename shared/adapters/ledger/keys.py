"""Partition and row keys: what Azure Tables forbids in a key is escaped, and can be read back."""

import re
from datetime import UTC, datetime, timedelta

from shared.domain.errors import LedgerError

# Forbidden by Azure Tables: / \ # ? and control characters. Ours: ! (escapes) and | (joins).
# % and ' are allowed but get mangled by some clients; half surrogates have no UTF-8.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f/\\#?%'!|\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"!([0-9a-f]{4})")
_EMPTY = "!"
_LONGEST = 512  # UTF-16 units: a key may have 1 KiB
_AFTER_BAR = "}"  # the character after |


def key(text: str) -> str:
    """`text` as a key, readable wherever it can be: unsafe characters become `!` and four digits.

    Two texts never give the same key.
    """
    return _UNSAFE.sub(lambda found: f"!{ord(found[0]):04x}", text) or _EMPTY


def text_of(escaped: str) -> str:
    """The text that `key` was given."""
    return "" if escaped == _EMPTY else _ESCAPED.sub(lambda found: chr(int(found[1], 16)), escaped)


def joined(*texts: str) -> str:
    """The key of several texts, joined by `|`.

    Raises:
        LedgerError: the key is longer than Azure Tables takes.
    """
    result = "|".join(key(text) for text in texts)
    if len(result.encode("utf-16-le")) > 2 * _LONGEST:
        raise LedgerError(
            f"The name {texts[-1][:40]!r}... is too long to be kept in the ledger: site name and "
            f"id together may have {_LONGEST} characters."
        )
    return result


def joined_range(text: str) -> tuple[str, str]:
    """The first key, and the first one past the last, of all `joined(text, anything)`."""
    return f"{key(text)}|", f"{key(text)}{_AFTER_BAR}"


def moment(time: datetime) -> str:
    """A time as text that sorts as time does: UTC, with microseconds."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment_before(time: datetime, by: timedelta) -> str:
    """The `moment` that lies `by` before a time; "since ever" may be the first there is."""
    first = datetime.min.replace(tzinfo=UTC)
    return moment(time - min(by, time - first))
