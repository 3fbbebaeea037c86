"""Hostile and broken XML: refused with one error, whatever it is, and soon."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.qms.retrying import TryAgainError
from shared.adapters.qms.xml_reader import Limits
from shared.domain.errors import QmsAnswerError, QmsError
from tests.unit.adapters_qms.documents import SOAP, configuration, element, read_cals

_GOOD = configuration(
    element("Assigned", "2"),
    element("LeasedCALs", element("LeasedNamedCAL", element("UserName", "ACME\\Jörg &amp; Ana"))),
)


def _with_dtd(subset: str, text: str) -> bytes:
    return f'<!DOCTYPE e {subset}><s:Envelope xmlns:s="{SOAP}">{text}</s:Envelope>'.encode()


@pytest.mark.parametrize(
    "document",
    [
        _with_dtd('[<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]', "&b;"),
        _with_dtd('[<!ENTITY a SYSTEM "file:///etc/passwd">]', "&a;"),
        _with_dtd('SYSTEM "http://127.0.0.1:9/e.dtd"', ""),
        _with_dtd('[<!ENTITY % p SYSTEM "http://127.0.0.1:9/e.dtd"> %p;]', ""),
        b"<!DOCTYPE html><html><body>Sign in</body></html>",
    ],
    ids=["bomb", "external entity", "external DTD", "parameter entity", "page"],
)
def test_a_dtd_is_refused_at_its_first_word(document: bytes) -> None:
    """Without a DTD there are no entities to expand, and none to fetch."""
    with pytest.raises(QmsAnswerError, match="DTD"):
        read_cals(document)
    with pytest.raises(QmsAnswerError, match="DTD"):
        read_cals(document[: document.index(b">") + 1])


@pytest.mark.parametrize(
    ("document", "limits", "words"),
    [
        (b"<a>" * 100_000, Limits(), "64 elements inside each other"),
        (configuration("<u/>" * 100), Limits(body=300), "larger than 300 bytes"),
        (
            configuration(element("IdentificationMode", "x" * 20_000)),
            Limits(),
            "a text of more than 16000 characters in IdentificationMode",
        ),
        (
            configuration(*(f"<b:n{number}/>" for number in range(5000))),
            Limits(),
            "2000 different names",
        ),
        (
            configuration(*(f'<b:n a{number}=""/>' for number in range(5000))),
            Limits(),
            "2000 different names",
        ),
        (
            configuration(*(f'<b:n xmlns:p{number}="u"/>' for number in range(5000))),
            Limits(),
            "2000 different names",
        ),
        (
            configuration(element("LeasedCALs", "<b:LeasedNamedCAL/>" * 101)),
            Limits(rows=100),
            "more than 100 entries",
        ),
        (b"<a b='" + b"x" * 5_000_000, Limits(), "a tag without an end"),
        (b"<a><!--" + b"x" * 5_000_000, Limits(), "a tag without an end"),
    ],
    ids=["depth", "size", "text", "elements", "attributes", "prefixes", "rows", "tag", "comment"],
)
def test_more_than_any_qms_sends_is_refused(document: bytes, limits: Limits, words: str) -> None:
    """Every way to make the reader keep more and more has a limit."""
    root = b"<a>" if document.startswith(b"<a") else b""
    wrapped = document if not root else configuration().partition(b"<b:NamedCALs>")[0] + document
    with pytest.raises(QmsAnswerError, match=words):
        read_cals((wrapped[at : at + 65_536] for at in range(0, len(wrapped), 65_536)), limits)


def test_a_long_text_that_nobody_wants_is_skipped() -> None:
    """Only what is kept is limited: a stack trace may be long."""
    assert read_cals(configuration(element("Unknown", "x" * 3_000_000))) is not None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "empty answer"),
        (b"<html><body/></html>", "a web page where a SOAP envelope was expected"),
        (b"<other/>", "an element 'other' where a SOAP envelope was expected"),
        (b"\xff\xfe<\x00a\x00>\x00", "an element 'a'"),
        (b"Hello", "broken XML"),
        (b"<a>&undefined;</a>", "SOAP envelope"),
        (_GOOD + b"<more/>", "broken XML"),
        (_GOOD.replace(b"<s:Body>", b"<s:Body>&undefined;"), "broken XML"),
        (_GOOD.replace(b"Ana", b"A\x00na"), "broken XML"),
        (b'<?xml version="1.0" encoding="rot13"?>' + _GOOD[:30], "ends in the middle"),
        (b"  ", "ends in the middle"),
    ],
)
def test_something_else_than_soap_has_one_clear_error(document: bytes, words: str) -> None:
    """It says what came."""
    with pytest.raises(QmsError, match=words):
        read_cals(document)


def test_an_answer_cut_anywhere_asks_for_another_try() -> None:
    """Whatever the last byte was, half an answer is never taken for a whole one."""
    for length in range(1, len(_GOOD)):
        with pytest.raises(TryAgainError, match="ends in the middle"):
            read_cals(_GOOD[:length])
    assert read_cals(_GOOD) is not None


@given(st.binary(max_size=300))
@example(b"<?xml version='1.0' encoding='utf-16'?><a/>")
def test_rubbish_is_a_qms_error(document: bytes) -> None:
    """No bytes lead to another kind of error."""
    with pytest.raises(QmsError):
        read_cals(document)


@given(st.integers(0, len(_GOOD)), st.integers(0, 20), st.binary(max_size=20))
def test_a_good_answer_with_a_flaw_is_read_or_refused(at: int, lost: int, put: bytes) -> None:
    """Bytes are lost and others are in their place: no error but `QmsError` comes of it."""
    with suppress(QmsError):
        read_cals(_GOOD[:at] + put + _GOOD[at + lost :])


def test_instructions_and_cdata_are_harmless() -> None:
    """An instruction is passed over, and CDATA is text."""
    document = configuration("<?php evil() ?>", element("Assigned", "<![CDATA[7]]>"))
    found = read_cals(b'<?xml version="1.0" encoding="utf-8"?>' + document)
    assert found is not None
    assert found.assigned == 7
