"""The other sections: plan, releases, who came back, holders, leases, state."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.model import AccessLicense
from shared.domain.plan import Decision, Reason
from shared.domain.report.holder_views import holders_view
from shared.domain.report.lease_views import leases_view
from shared.domain.report.plan_views import plan_view
from shared.domain.report.release_views import releases_view, returned_view
from shared.domain.report.state_views import state_view
from shared.domain.report.words import ACTIONS, OUTCOMES, PLAN_STATUSES, REASONS
from tests.unit.build import NOW, days_ago, guid
from tests.unit.report.build import (
    a_plan,
    an_outlook,
    busy,
    decisions,
    lease_facts,
    quiet,
    releases,
)


def test_every_word_of_the_records_has_words_for_people() -> None:
    """A new reason, outcome or status needs some."""
    for words in (ACTIONS, REASONS, OUTCOMES, PLAN_STATUSES):
        assert set(words) == set(type(next(iter(words))))


def test_the_plan_has_every_license_once_and_those_that_go_first() -> None:
    """With type, decision and reason as choices that can be filtered by."""
    facts = busy(300)
    view = plan_view(facts)
    assert view
    table = view.table
    assert len(table.rows) == 300
    actions = [row[2] for row in table.rows]
    assert actions == sorted(actions, key=str)
    chosen = {table.columns[3].choices[int(row[3] or 0)] for row in table.rows}
    assert chosen == {REASONS[decision.reason] for decision in facts.decisions}


def test_the_reasons_add_up_to_all_licenses() -> None:
    """Nothing is kept or released without a rule that is shown."""
    view = plan_view(busy(300))
    assert view
    assert sum(sum(row.counts) for row in view.reasons) == 300
    assert max(part.share for row in view.reasons for part in row.bar.parts) == 1


def test_a_license_that_was_never_used_or_has_no_user_is_shown_as_such() -> None:
    """No date and no name are not an empty cell and not a crash."""
    bare = AccessLicense(guid(1), decisions(1)[0].license.license_type, None, None, None, None)
    row = Decision(bare, Reason.QUARANTINED.action, Reason.QUARANTINED)
    view = plan_view(quiet(plan=a_plan([row]), decisions=[row]))
    assert view
    assert view.table.rows[0][0] == "(no user)"
    assert view.table.rows[0][5] is None
    assert view.table.columns[5].absent == "never"


def test_a_restore_id_is_given_for_what_went_and_for_nothing_else() -> None:
    """What was kept can't be restored."""
    records = releases(decisions(400))
    view = releases_view(quiet(releases=records), 30)
    assert view
    assert view.released == sum(record.outcome.is_release for record in records)
    ids = {row[-1] for row in view.table.rows} - {""}
    assert ids == {record.release_id for record in records if record.outcome.may_have_taken}


def test_releases_of_more_than_the_days_ago_are_left_out() -> None:
    """They are in the ledger, and in the forecast."""
    records = releases(decisions(200))
    assert releases_view(quiet(releases=records, now=NOW + timedelta(days=60)), 30) is None


def test_who_came_back_is_found_by_the_licenses_of_the_last_plan() -> None:
    """Released three days ago, and holding a new license since yesterday."""
    rows = decisions(50)
    record = next(r for r in releases(rows, days=5) if r.outcome == "released")
    before = record.before
    assert before
    new = replace(before, id=guid(99), created=record.started_at + timedelta(days=1))
    plan_rows = [Decision(new, Reason.ASSIGNED_RECENTLY.action, Reason.ASSIGNED_RECENTLY)]
    facts = quiet(releases=[record], plan=a_plan(plan_rows), decisions=plan_rows)
    view = returned_view(facts)
    assert view
    assert view.table.rows[0][0] == record.account
    assert "1 of 1 released" in view.sentences[0]
    assert returned_view(replace(facts, plan=None)) is None
    assert returned_view(replace(facts, releases=[])) is None


def test_holders_are_grouped_by_directory_and_property_the_unused_part_first() -> None:
    """A bar is as long as the group is large."""
    view = holders_view(an_outlook(decisions(300)))
    assert view
    assert {group.heading for group in view.groups} == {"By user directory", "By custom property"}
    for group in view.groups:
        lengths = [sum(part.share for part in bar.parts) for bar in group.bars]
        assert lengths[0] == 1
        assert lengths == sorted(lengths, reverse=True)
    assert holders_view(None) is None


def test_an_outlook_of_an_earlier_version_has_counts_and_no_groups() -> None:
    """It is replaced by the next collection."""
    outlook = an_outlook(decisions(50))
    old = replace(outlook, holders=tuple(replace(one, groups=()) for one in outlook.holders))
    view = holders_view(old)
    assert view
    assert view.groups == ()
    assert view.rows


def test_machines_of_the_farm_are_drawn_and_the_fullest_stands_out() -> None:
    """Somebody's own notebook is no line."""
    view = leases_view(lease_facts())
    assert view
    assert {one.name for one in view.machines.series} == {f"CTX{n:02}" for n in range(1, 7)}
    assert [one.meaning for one in view.machines.series].count(
        view.machines.series[-1].meaning
    ) == 1
    assert view.more_machines == "9 more machines"
    assert len(view.at_limit.rows) == int(view.sums[2][0])


def test_a_server_that_could_not_be_read_says_since_when() -> None:
    """Its numbers are old."""
    facts = lease_facts()
    server = facts.surveys[0].server.config.server.id
    old = replace(facts, look=replace(facts.look, read_at={server: days_ago(2)}))
    view = leases_view(old)
    assert view
    assert view.cals[0].stale == "2026-11-20 02:30"
    fresh = leases_view(facts)
    assert fresh
    assert fresh.cals[0].stale == ""


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_looks_are_no_failure(count: int) -> None:
    """A new site has none."""
    facts = lease_facts()
    view = leases_view(replace(facts, history=facts.history[:count]))
    assert view
    assert view.machines.empty is (count < 2)


def test_the_state_shows_which_switches_hold_back() -> None:
    """And until when the site license is valid, if any snapshot knew it."""
    facts = busy()
    view = state_view(replace(facts, switches=replace(facts.switches, dry_run=True)))
    held = {row.setting for row in view.switches if row.holds}
    assert held == {"LICENSE_RELEASE__DRY_RUN"}
    assert view.license_until == "31 Dec 2027"
