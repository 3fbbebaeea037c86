"""Early warnings about leases: when they come, and that they don't come otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.early_warnings import EarlyWarning, Finding, Remark, Thresholds, WarningKind
from shared.domain.leases.history import ServerCounts
from shared.domain.leases.lease_warnings import (
    cals_low,
    lease_findings,
    machines_growing,
    refusals_ahead,
)
from shared.domain.leases.model import LeaseRules
from shared.domain.leases.survey import lease_counts, survey
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import FARM, JOHN, a_config, a_lease, machine_history

DEFAULTS = Thresholds()
OFF = replace(
    DEFAULTS,
    pool_low_percent=None,
    lease_refusals_users=None,
    lease_machine_growth_percent=None,
)
WEEK = timedelta(days=7)
COUNTS = ServerCounts("QVS@QV1", 100, 50, 100, 0, 4, 0, 0, 0, 0, 0)


def warnings(found: list[Finding]) -> list[EarlyWarning]:
    """The warnings among the findings."""
    return [one for one in found if isinstance(one, EarlyWarning)]


def test_refusals_are_foreseen_with_the_share_of_the_farm() -> None:
    """How many users, and how many machines would refuse them; nobody is named."""
    rows = [a_lease("CTX01"), a_lease("CTX02"), a_lease("CTX01", "ann"), a_lease("NB", "ann")]
    (found,) = refusals_ahead(survey(a_config(rows), FARM, NOW), DEFAULTS)
    assert isinstance(found, EarlyWarning)
    assert (found.kind, found.subject) == (WarningKind.LEASE_REFUSALS, "QVS@QV1")
    assert found.figures == {
        "users_next_refused": 2,
        "users_at_limit": 2,
        "percent_refusing_period": 62.5,
        "percent_refusing_block": 62.5,
    }
    assert "2 users of QVS@QV1 have all their lease slots taken" in found.sentence
    assert "john" not in found.sentence
    assert "ann" not in found.sentence
    above = replace(DEFAULTS, lease_refusals_users=3)
    assert list(refusals_ahead(survey(a_config(rows), FARM, NOW), above)) == []


def test_no_refusals_are_no_finding_and_no_leases_told_a_remark() -> None:
    """A slot free, no farm, the rule switched off, or nothing to judge by."""
    full = [a_lease("CTX01"), a_lease("CTX02")]
    assert list(refusals_ahead(survey(a_config(full[:1]), FARM, NOW), DEFAULTS)) == []
    assert list(refusals_ahead(survey(a_config(full), LeaseRules(), NOW), DEFAULTS)) == []
    assert list(refusals_ahead(survey(a_config(None), FARM, NOW), OFF)) == []
    zero = replace(DEFAULTS, lease_refusals_users=0)
    assert list(refusals_ahead(survey(a_config(), FARM, NOW), zero)) == []
    (found,) = refusals_ahead(survey(a_config(None), FARM, NOW), DEFAULTS)
    assert isinstance(found, Remark)


def test_a_guessed_farm_is_called_so() -> None:
    """The sentence says which machines it means."""
    rows = [a_lease(machine, user) for machine in "AB" for user in "xyz"]
    rows += [a_lease("A", "w"), a_lease("NB", "w")]
    (found,) = refusals_ahead(survey(a_config(rows), LeaseRules(), NOW), DEFAULTS)
    assert "the machines that many users share" in found.sentence


@pytest.mark.parametrize(
    ("before", "leases", "grown"),
    [
        (20, 30, True),
        (20, 29, False),
        (10, 19, False),
        (0, 10, True),
        (0, 9, False),
        (90, 20, False),
    ],
)
def test_a_machine_grows_by_the_percentage_and_at_least_ten(
    before: int, leases: int, grown: bool
) -> None:
    """Compared with a week ago; what was empty then has no percentage."""
    history = [machine_history({"CTX01": before}, NOW - WEEK)]
    found = warnings(list(machines_growing(machine_history({"CTX01": leases}), history, DEFAULTS)))
    assert [x.kind for x in found] == [WarningKind.LEASE_MACHINE_GROWING] * grown
    if grown and before:
        assert found[0].figures == {
            "leases": 30, "leases_a_week_ago": 20, "growth_percent": 50.0,
        }  # fmt: skip
        assert "30 users' license leases are on CTX01, 20 a week ago (+50 %)" in found[0].sentence


def test_a_machine_that_was_not_counted_then_grew_from_nothing() -> None:
    """It was not among the busiest."""
    history = [machine_history({}, NOW - WEEK)]
    (found,) = machines_growing(machine_history({"NEW": 12}), history, DEFAULTS)
    assert isinstance(found, EarlyWarning)
    assert found.figures == {"leases": 12, "leases_a_week_ago": 0}


def test_growth_is_compared_with_the_look_nearest_to_a_week_ago() -> None:
    """Not with a younger one, and not with one of more than two weeks ago."""
    ages = {6.9: 40, 7: 20, 8: 39, 14.1: 1}
    history = [machine_history({"A": n}, days_ago(age)) for age, n in ages.items()]
    now = machine_history({"A": 40})
    assert len(warnings(list(machines_growing(now, history, DEFAULTS)))) == 1
    for without in (history[:1], history[-1:], []):
        (found,) = machines_growing(now, without, DEFAULTS)
        assert isinstance(found, Remark)
    assert list(machines_growing(machine_history({}), [], DEFAULTS)) == []


def test_a_machine_may_have_too_many_without_growing() -> None:
    """By the count, which needs no history."""
    thresholds = replace(OFF, lease_machine_count=200)
    (found,) = machines_growing(machine_history({"A": 200, "B": 199}), [], thresholds)
    assert isinstance(found, EarlyWarning)
    assert (found.subject, found.figures) == ("A", {"leases": 200})
    nobody = machine_history({"A": 0})
    assert list(machines_growing(nobody, [], replace(OFF, lease_machine_count=0))) == []


@pytest.mark.parametrize(
    ("counts", "free"),
    [
        (replace(COUNTS, assigned=90), 10),
        (replace(COUNTS, assigned=89), None),
        (replace(COUNTS, assigned=85, quarantined=5), 10),
        (replace(COUNTS, limit=52), 2),
        (replace(COUNTS, in_license=None, limit=52), 2),
        (replace(COUNTS, assigned=120), 0),
        (replace(COUNTS, in_license=None, limit=None), None),
        (replace(COUNTS, assigned=None), None),
        (replace(COUNTS, in_license=0, assigned=0), None),
    ],
)
def test_cals_are_low_at_the_thresholds_of_all_pools(
    counts: ServerCounts, free: int | None
) -> None:
    """Of what may be assigned; a removed CAL in quarantine is not free."""
    found = list(cals_low(counts, DEFAULTS))
    assert [x.figures["free"] for x in found] == ([] if free is None else [free])
    for one in found:
        assert one.kind is WarningKind.CALS_LOW
        assert "4 are assigned and were not used for 30 days" in one.sentence


def test_cals_are_low_by_count_too() -> None:
    """With the percentage switched off."""
    by_count = replace(OFF, pool_low_count=50)
    assert len(list(cals_low(COUNTS, by_count))) == 1
    assert list(cals_low(replace(COUNTS, assigned=49), by_count)) == []


def test_all_findings_come_together_and_can_all_be_switched_off() -> None:
    """Of every server, and of the machines over all of them."""
    surveys = [survey(a_config([a_lease("CTX01"), a_lease("CTX02", JOHN)], limit=1), FARM, NOW)]
    counts = lease_counts("Köln", NOW, surveys)
    found = list(lease_findings(surveys, counts, [], DEFAULTS))
    assert [x.kind for x in warnings(found)] == [WarningKind.LEASE_REFUSALS, WarningKind.CALS_LOW]
    assert len(found) == 3
    assert list(lease_findings(surveys, counts, [], OFF)) == []


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(1, 300))
def test_more_leases_never_silence_a_warning(
    before: int, leases: int, more: int, percent: int
) -> None:
    """What has grown too much has grown too much with more on it."""
    thresholds = replace(DEFAULTS, lease_machine_growth_percent=percent)
    history = [machine_history({"A": before}, NOW - WEEK)]

    def warned(number: int) -> bool:
        return bool(list(machines_growing(machine_history({"A": number}), history, thresholds)))

    if warned(leases):
        assert warned(leases + more)
