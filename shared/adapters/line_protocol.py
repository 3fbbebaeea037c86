"""Points as InfluxDB line protocol, with timestamps in nanoseconds.

Line protocol has no way to write a tag that ends in a backslash or holds a line break; the library
would quietly change such a value into another one, so those points are refused instead.
"""

import math
import re
from collections.abc import Iterable, Iterator

from shared.domain.errors import PointsError
from shared.domain.points import Point

# Line breaks and other control characters, and halves of characters that UTF-8 can't carry.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def to_line(point: Point) -> str:
    """One line for one point; a point with the same tags and time gives the same series and time.

    Whole numbers become floats, for an integer field (`5i`) conflicts with Butler's (`5`). The
    timestamp has nanoseconds (a datetime's microseconds are kept): what `influx write` expects
    unless told otherwise, and fine enough for two releases of a second to stay two points. Writing
    a point again overwrites it, as long as its time was stored with its microseconds. A tag with
    an empty value is left out, which is the same to InfluxDB.

    Raises:
        PointsError: the point holds something that line protocol can't carry.
    """
    # Imported here, for a worker that starts should not wait for what it may never use.
    from influxdb_client.client.write.point import Point as Line  # noqa: PLC0415

    problem = next(_problems(point), None)
    if problem:
        raise PointsError(
            f"A point of {point.measurement} can't be written, for {problem}; rename it or leave "
            "it out."
        )
    fields = {key: _without_whole_numbers(value) for key, value in point.fields.items()}
    content = {"measurement": point.measurement, "tags": point.tags, "fields": fields}
    return str(Line.from_dict({**content, "time": point.time}).to_line_protocol())


def to_lines(points: Iterable[Point]) -> tuple[list[str], list[str]]:
    """The lines of those points that can be written, and why the others can't."""
    lines, refusals = [], []
    for point in points:
        try:
            lines.append(to_line(point))
        except PointsError as refusal:
            refusals.append(str(refusal))
    return lines, refusals


def summed_up(problems: list[str]) -> str:
    """Many problems as one message: the first three, and how many more there are."""
    shown = " ".join(dict.fromkeys(problems[:3]))
    more = len(problems) - 3
    return f"{shown} (and {more} more)" if more > 0 else shown


def _without_whole_numbers(value: float | bool | str) -> float | bool | str:  # noqa: FBT001
    return value if isinstance(value, bool | str) else float(value)


def _problems(point: Point) -> Iterator[str]:
    if point.time.tzinfo is None:
        yield f"its time {point.time} has no time zone"
    if not point.fields:
        yield "it has no fields"
    for key, tag in point.tags.items():
        yield from _text_problems("tag name", key)
        yield from _text_problems(f"tag {key}", tag)
    for key, value in point.fields.items():
        yield from _text_problems("field name", key)
        yield from _value_problems(key, value)


def _text_problems(what: str, text: str) -> Iterator[str]:
    if _UNWRITABLE.search(text):
        yield f"its {what} {text!a} holds a line break or another control character"
    if text.endswith("\\"):
        yield f"its {what} {text!a} ends in a backslash"


def _value_problems(key: str, value: float | bool | str) -> Iterator[str]:  # noqa: FBT001
    if isinstance(value, str) and _UNWRITABLE.search(value):
        yield f"its field {key} {value!a} holds a line break or another control character"
    if isinstance(value, float) and not math.isfinite(value):
        yield f"its field {key} is {value}, not a number"
