"""Texts that plainly hold no name are told without making the pattern for all names."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.hidden_names import _finder, _may_be_in

LETTERS = st.text(
    st.sampled_from("abkKsSiI.-_ 1'\"\\/%&#;xu0kü\u017f\u212a\u0131\u0130"), max_size=12
)
ACCOUNTS = st.builds(lambda a, b: f"{a}\\{b}", LETTERS, LETTERS.filter(bool))


@given(ACCOUNTS, LETTERS, LETTERS, st.booleans())
def test_the_shortcut_never_passes_over_a_name(
    account: str, before: str, after: str, by_id: bool
) -> None:
    """Whatever the pattern finds, the quick look lets through to the pattern."""
    name = account.partition("\\")[2] if by_id else account
    for text in (f"{before} {name} {after}", f"{before}{name.upper()}{after}", before + after):
        if not _may_be_in(text, account):
            assert not _finder(frozenset([account]))[0].search(text)


def test_plain_texts_take_the_shortcut() -> None:
    """Most of what the app tells is its own words and numbers."""
    assert not _may_be_in("released", "CORP\\anna")
    assert not _may_be_in("20261122T023000Z-1a2b", "CORP\\anna")
    assert _may_be_in("the user anna", "CORP\\Anna")
    assert _may_be_in("an%6Ea", "CORP\\anna")
