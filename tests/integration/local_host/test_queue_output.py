"""Queue output by the real host's rules."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.queue_output import decode, encode, messages
from local.worker.typed_values import HttpResponse, Json, Value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", ["plain"]),
        (b"\x00\x01", [b"\x00\x01"]),
        ('{"b":1,"a":[]}', ['{\n  "b": 1,\n  "a": []\n}']),
        (Json('["one","two"]'), ["one", "two"]),
        (Json('["{\\"a\\":1}"]'), ['{"a":1}']),
        ('[{"a":"ü"}]', ['{\n  "a": "ü"\n}']),
        ("[true, 1, null]", ["True", "1", ""]),
        ("[]", []),
        ("{not json}", ["{not json}"]),
        ("17", ["17"]),
    ],
)
def test_values_become_messages(value: Value, expected: list[str | bytes]) -> None:
    """Arrays give one message an item, objects are indented, the rest stays as it is."""
    assert messages(value) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-01-02T03:04:05.120000+00:00", "2026-01-02T03:04:05.12+00:00"),
        ("2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.1234567Z"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05+00:00"),
        ("1753-01-01T00:00:00.000Z", "1753-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z"),
        ("2026-01-02", "2026-01-02"),
        ("at 2026-01-02T03:04:05.120Z", "at 2026-01-02T03:04:05.120Z"),
    ],
)
def test_dates_are_rewritten_as_json_net_does(date: str, expected: str) -> None:
    """Fractions lose trailing zeros, offsets become UTC, what is no date stays."""
    (text,) = messages(json.dumps({"at": {"deep": [date]}}))
    assert json.loads(str(text)) == {"at": {"deep": [expected]}}


def test_a_response_is_no_message() -> None:
    """An HTTP response in a queue output is refused."""
    with pytest.raises(TypeError, match="HTTP response"):
        messages(HttpResponse(200))


@given(body=st.binary(), spaced=st.booleans())
def test_encoding_and_decoding_are_inverse(body: bytes, spaced: bool) -> None:
    """Every body survives the queue, also when the base64 was wrapped by somebody."""
    text = encode(body, as_base64=True)
    assert base64.b64decode(text) == body
    assert decode("\r\n ".join(text) if spaced else text, as_base64=True) == body


@pytest.mark.parametrize("text", ["<xml>", "abc", '{"version":1}', "YWJj=", "ü"])
def test_text_that_is_not_base64_is_refused(text: str) -> None:
    """Plain text where base64 is expected is an error, never a guess."""
    with pytest.raises(ValueError, match=r"(?i)base64|padding|ASCII"):
        decode(text, as_base64=True)
