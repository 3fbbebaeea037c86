"""Release ids: made of a plan id and a license id, and taken apart again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.model import LicenseType
from shared.domain.release import BadReleaseIdError, Outcome, ReleaseRecord, split_release_id

PLAN_IDS = st.text(st.characters(exclude_characters="/\\#?", exclude_categories=["Cc", "Cs"]))


@given(PLAN_IDS.filter(lambda text: 0 < len(text) <= 128 and text == text.strip()), st.uuids())
def test_a_release_id_is_taken_apart_as_it_was_made(plan_id: str, license_id: object) -> None:
    """Whatever a plan is called."""
    release = ReleaseRecord(
        site="prod",
        plan_id=plan_id,
        license_id=str(license_id),
        license_type=LicenseType.ANALYZER,
        user_id="u",
        account="LAB\\anna",
        outcome=Outcome.RELEASED,
        detail="",
        started_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert split_release_id(release.release_id) == (plan_id, str(license_id))


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    """A text without a GUID behind a `~` is no release id."""
    with pytest.raises(BadReleaseIdError, match="no release id"):
        split_release_id(text)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_may_have_gone_by_a_delete_of_ours_can_be_undone(outcome: Outcome) -> None:
    """A begun release whose outcome was never confirmed may have taken the license."""
    undone = {Outcome.RELEASED, Outcome.RELEASED_TO_QUARANTINE, Outcome.RELEASING}
    assert outcome.may_have_taken == (outcome in undone)
