"""A plan is made on a complete read only."""

import pytest

from shared.domain.completeness import disagreements
from shared.domain.model import AccessTypeOverview
from tests.unit.build import ANALYZER, PROFESSIONAL, a_license, a_pool


@pytest.mark.parametrize(("rows", "complete"), [(4, False), (5, True), (6, False)])
def test_the_list_must_have_the_allocated_and_quarantined_licenses(
    rows: int, complete: bool
) -> None:
    """Three allocated and two quarantined make five rows."""
    overview = AccessTypeOverview({ANALYZER: a_pool(3, quarantined=2)})
    licenses = {ANALYZER: [a_license(n) for n in range(rows)]}
    assert (disagreements(overview, licenses) == []) is complete


def test_excess_licenses_may_be_counted_or_not() -> None:
    """Whether `allocated` holds the excess licenses is not documented, so both agree."""
    overview = AccessTypeOverview({ANALYZER: a_pool(3, excess=2)})
    for rows, complete in ((3, True), (4, False), (5, True)):
        licenses = {ANALYZER: [a_license(n) for n in range(rows)]}
        assert (disagreements(overview, licenses) == []) is complete


def test_licenses_that_the_overview_does_not_count_disagree() -> None:
    """An overview without the type can't confirm its list; an empty list needs no confirmation."""
    assert disagreements(AccessTypeOverview(), {ANALYZER: [a_license()]})
    assert not disagreements(AccessTypeOverview(), {ANALYZER: []})


def test_a_quarantined_count_that_nobody_sent_confirms_nothing() -> None:
    """As many rows as are allocated may be all of them, or all but those in quarantine."""
    overview = AccessTypeOverview({ANALYZER: a_pool(3)}, quarantined_unknown=(ANALYZER,))
    (sentence,) = disagreements(overview, {ANALYZER: [a_license(n) for n in range(3)]})
    assert "quarantine" in sentence
    assert disagreements(overview, {PROFESSIONAL: []}) == []
