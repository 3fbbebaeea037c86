"""Names that are made safe to look at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.report.words import ended, plural, visible

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # its joiner has a meaning


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("LAB\\anna", "LAB\\anna"),
        ("LAB\\Jürgen Müller-Łódź", "LAB\\Jürgen Müller-Łódź"),
        ("exe\u202egnp.anna", "exe[U+202E]gnp.anna"),
        ("a\u2028b\u2029c", "a[U+2028]b[U+2029]c"),
        ("a\x00b\tc", "a[U+0000]b[U+0009]c"),
        ("half \ud83d", "half [U+D83D]"),
        (PERSIAN, PERSIAN),
    ],
)
def test_what_cant_be_seen_is_made_visible(name: str, shown: str) -> None:
    """A name can't turn the reading direction around, and joiners of real names stay."""
    assert visible(name) == shown


@given(st.text())
def test_every_name_can_be_written_as_utf_8(name: str) -> None:
    """Lone surrogates too, which no page could hold."""
    visible(name).encode()


def test_sentences_and_counts_read_well() -> None:
    """As people write them."""
    assert [plural(1, "license"), plural(2500, "license")] == ["1 license", "2,500 licenses"]
    assert [ended("It failed"), ended("It failed.")] == ["It failed.", "It failed."]
