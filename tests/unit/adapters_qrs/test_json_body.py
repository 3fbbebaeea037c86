"""Bodies in pieces of any size: all rows, or an error, never fewer rows."""

import gc
import json
import weakref
from collections.abc import Iterable
from itertools import batched
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.qrs.json_body import ListReader, ObjectReader, Row
from shared.adapters.qrs.retrying import TryAgainError
from shared.domain.errors import QrsAnswerError

GUID = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"


def _list(chunks: Iterable[bytes]) -> dict[str, Row]:
    def keep(_: str, row: Row) -> Row:
        return row

    reader = ListReader("users", keep)
    for chunk in chunks:
        reader.feed(chunk)
    return reader.finish()


def _object(*chunks: bytes) -> Row | None:
    reader = ObjectReader("the site license")
    for chunk in chunks:
        reader.feed(chunk)
    return reader.finish()


def _pieces(body: bytes, size: int) -> Iterable[bytes]:
    return (bytes(each) for each in batched(body, size, strict=False))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.uuids(), st.dictionaries(st.text(min_size=3), _VALUES, max_size=3)),
    st.integers(1, 50),
    st.sampled_from([b"", b"\xef\xbb\xbf", b" \r\n"]),
)
def test_every_row_comes_whatever_the_pieces(
    rows: dict[UUID, dict[str, object]], size: int, start: bytes
) -> None:
    """The rows are what a plain JSON parser finds, in order, for pieces of any size."""
    listed = [{"id": str(key), **row} for key, row in rows.items()]
    body = start + json.dumps(listed, ensure_ascii=False).encode("utf-8", "replace")
    expected = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    assert list(_list(_pieces(body, size)).values()) == expected


@given(st.integers(0, 200), st.integers(1, 20))
def test_a_body_that_ends_early_is_never_a_shorter_list(cut: int, size: int) -> None:
    """Wherever the body is cut, the reader says so."""
    body = json.dumps(
        [{"id": GUID, "tags": [{"name": "ä\\n"}]}, {"id": GUID.replace("4", "5")}]
    ).encode()
    with pytest.raises(TryAgainError, match="the list of users, but it ends in the middle"):
        _list(_pieces(body[: min(cut, len(body) - 1)], size))


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"true",
        b'"x"',
        b'{"item":[]}',
        b'{"value": 3}',
        b"<!DOCTYPE html><html>",
        b"\xff\xfe[\x00]\x00",
        b"[]x",
        b"[][]",
        b'[{"id":"\xff"}]',
        b"[{'id':1}]",
        b"[NaN]",
    ],
)
def test_what_is_no_json_list_is_refused(body: bytes) -> None:
    """Anything but one JSON array is an error."""
    with pytest.raises(QrsAnswerError):
        _list(_pieces(body, 3))


@pytest.mark.parametrize(
    "row",
    [
        b"null",
        b"1",
        b"[]",
        b"{}",
        b'"9e403391-58a7-4442-ada7-c54dc8906016"',
        b'{"id":null}',
        b'{"id":7}',
        b'{"id":"x"}',
    ],
)
def test_a_row_without_a_readable_id_is_refused_by_its_number(row: bytes) -> None:
    """A row that can't be told apart from others spoils the list; the message says which."""
    with pytest.raises(QrsAnswerError, match="Row 2 of users has no readable id"):
        _list([b'[{"id":"' + GUID.encode() + b'"},', row, b"]"])


def test_an_id_that_comes_twice_is_refused() -> None:
    """The same row twice, in whatever case, means that the list is not one picture of the site."""
    rows = [{"id": GUID}, {"id": GUID.upper()}]
    with pytest.raises(QrsAnswerError, match=f"{GUID} twice"):
        _list([json.dumps(rows).encode()])


def test_rows_that_nobody_asked_for_are_dropped_but_checked() -> None:
    """A dropped row does not stay, and its id still counts as seen."""
    reader: ListReader[Row] = ListReader("users", lambda _row_id, _row: None)
    reader.feed(json.dumps([{"id": GUID}]).encode())
    assert reader.finish() == {}
    with pytest.raises(QrsAnswerError, match="twice"):
        ListReader[Row]("users", lambda _row_id, _row: None).feed(
            json.dumps([{"id": GUID}, {"id": GUID}]).encode()
        )


def test_an_object_comes_whole() -> None:
    """An object comes with its inner ones; numbers keep their value."""
    row = _object(b'{"a":{"b":[1,0', b'.5]},"c":null}')
    assert row == {"a": {"b": [1, 0.5]}, "c": None}


def test_null_is_no_object() -> None:
    """A site without a license answers `null`."""
    assert _object(b" nu", b"ll ") is None


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"nil ", b"{} {}", b"{,}"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    """Anything but one JSON object or null is an error."""
    with pytest.raises(QrsAnswerError):
        _object(body)


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b'{"a":1', b"nul"])
def test_an_object_that_ends_early_is_said_to(body: bytes) -> None:
    """A cut object is worth another try."""
    with pytest.raises(TryAgainError, match="ends in the middle"):
        _object(body)


@given(size=st.integers(1, 9000), start=st.integers(0, 2500), digits=st.integers(4301, 9000))
@settings(max_examples=40, deadline=None)
def test_a_number_of_endless_digits_is_refused(size: int, start: int, digits: int) -> None:
    """However it is cut in pieces, it ends in an error, and not in a wrong number."""
    body = b'{"x":"' + b"x" * start + b'","total":' + b"1" * digits + b"}"
    with pytest.raises(QrsAnswerError, match="endless digits"):
        _object(*_pieces(body, size))


def test_a_long_number_is_just_a_number() -> None:
    """What Python can read is read, and refused by those who need a count."""
    assert _object(b'{"total":' + b"1" * 3000 + b"}") == {"total": int("1" * 3000)}


@pytest.mark.parametrize("finished", [True, False])
def test_what_was_read_is_gone_when_nobody_holds_it(finished: bool) -> None:
    """The parser is no garbage that the collector can see: a worker would grow with each plan."""

    class Kept:
        """A value that can be watched."""

    def keep(*_: object) -> Kept:
        kept.append(weakref.ref(value := Kept()))
        return value

    kept: list[weakref.ref[Kept]] = []
    reader = ListReader("things", keep)
    reader.feed(b'[{"id": "00000000-0000-0000-0000-000000000001"}')
    if finished:
        reader.feed(b"]")
        assert len(reader.finish()) == 1
    assert kept[0]() is not None
    del reader
    gc.collect()
    assert kept[0]() is None
