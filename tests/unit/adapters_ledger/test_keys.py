"""Keys are safe for Azure Tables, can be read back and sort as time does."""

import re
from datetime import datetime

import pytest
from hypothesis import given

from shared.adapters.ledger.keys import joined, joined_range, key, moment, text_of
from shared.domain.errors import LedgerError
from tests.unit.adapters_ledger.strategies import texts, times


@given(texts)
def test_a_key_can_be_read_back(text: str) -> None:
    """Whatever the text, `text_of` gives it back, so no two texts share a key."""
    assert text_of(key(text)) == text


@given(texts)
def test_a_key_holds_nothing_that_tables_forbid(text: str) -> None:
    """No slash, backslash, hash, question mark or control character, and it is never empty."""
    escaped = key(text)
    assert escaped.encode("utf-8")
    assert not re.search(r"[/\\#?\x00-\x1f\x7f-\x9f]", escaped)


def test_ordinary_names_stay_readable() -> None:
    """An auditor finds the site and the GUID in the keys as they are."""
    assert joined("Qlik Prod (Zürich)", "2026-11-03T02:30") == "Qlik Prod (Zürich)|2026-11-03T02:30"


@given(texts, texts, texts, texts)
def test_joined_keys_never_meet(a: str, b: str, c: str, d: str) -> None:
    """Site and id together are as good as each alone: no id can reach into another site."""
    assert (joined(a, b) == joined(c, d)) == ((a, b) == (c, d))


@given(texts, texts, texts)
def test_a_range_holds_the_keys_of_its_site_only(site: str, other: str, plan: str) -> None:
    """All of a site's joined keys lie in its range, and those of other sites do not."""
    first, past = joined_range(site)
    assert first <= joined(site, plan) < past
    assert (first <= joined(other, plan) < past) == (site == other)


def test_a_key_that_is_too_long_is_refused() -> None:
    """An id of more than a kibibyte ends in an error that says so, before anything is sent."""
    assert len(joined("site", "x" * 507)) == 512
    with pytest.raises(LedgerError, match="too long"):
        joined("site", "x" * 508)
    with pytest.raises(LedgerError, match="too long"):
        joined("site", "\U0001f600" * 254)


@given(times, times)
def test_times_sort_as_text(a: datetime, b: datetime) -> None:
    """The text of a time sorts as the time does, to the microsecond."""
    assert (moment(a) < moment(b)) == (a < b)
