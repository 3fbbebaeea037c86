"""Which release record stands, and what its row looks like."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.ledger.release_rows import one_per_license, settle, to_row
from shared.adapters.ledger.rows import value_of
from shared.domain.model import AccessLicense
from shared.domain.release import Outcome, ReleaseRecord
from tests.unit.adapters_ledger.strategies import licenses, outcomes, releases

_RELEASES = [Outcome.RELEASED, Outcome.RELEASED_TO_QUARANTINE]


@given(releases, releases, st.sampled_from(_RELEASES))
def test_a_release_is_never_overwritten(
    stored: ReleaseRecord, new: ReleaseRecord, outcome: Outcome
) -> None:
    """Once a license went because of us, its record stays as it was written first."""
    released = replace(stored, outcome=outcome)
    assert settle(released, new) == released


@given(releases, releases, outcomes)
def test_already_gone_gives_way_to_the_release_only(
    stored: ReleaseRecord, new: ReleaseRecord, outcome: Outcome
) -> None:
    """The writer who knows that it was our release wins over the one who found nothing."""
    gone = replace(stored, outcome=Outcome.ALREADY_GONE)
    new = replace(new, outcome=outcome)
    assert settle(gone, new) == (new if outcome.is_release else gone)


@given(releases, releases, licenses)
def test_the_before_image_of_a_begun_release_is_kept(
    stored: ReleaseRecord, new: ReleaseRecord, image: AccessLicense
) -> None:
    """A crash behind DELETE leaves the before-image in the ledger, and no later record loses it."""
    begun = replace(stored, outcome=Outcome.RELEASING, before=image)
    assert settle(begun, replace(new, before=None)).before == image
    assert settle(begun, new).outcome is new.outcome


@given(releases, releases)
def test_anything_else_is_replaced(stored: ReleaseRecord, new: ReleaseRecord) -> None:
    """A kept or failed license may have another outcome at the next try."""
    stored = replace(stored, outcome=Outcome.FAILED)
    assert settle(stored, new) == new
    assert settle(None, new) == new


@given(st.lists(releases, max_size=8), st.permutations(range(8)))
def test_a_release_wins_in_any_order(records: list[ReleaseRecord], order: list[int]) -> None:
    """Records of one license in any order leave the release if there is one among them."""
    same = [replace(record, license_id="x") for record in records]
    shuffled = [same[place] for place in order if place < len(same)]
    standing = one_per_license(shuffled)
    assert len(standing) == min(1, len(same))
    if any(record.outcome.is_release for record in same):
        assert standing[0].outcome.is_release


@given(releases)
def test_a_row_brings_the_record_back(record: ReleaseRecord) -> None:
    """The row holds the whole record beside its columns for people."""
    row = to_row(record)
    assert value_of(ReleaseRecord, row, "Releases") == record
    assert row["Outcome"] == record.outcome.value
