"""What an administrator must do now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.breaker import Breaker
from shared.domain.outlook import Outlook
from shared.domain.plan import PlanStatus
from shared.domain.report.facts import ReportFacts
from shared.domain.report.todo import Severity
from shared.domain.report.todos import todos
from shared.domain.runs import MessageRefusal, Run
from tests.unit.build import NOW
from tests.unit.report.build import (
    OPEN,
    a_message,
    a_plan,
    busy,
    decisions,
    quiet,
    releases,
    snapshots,
)


def titles(facts: ReportFacts) -> list[str]:
    """The headings of the list."""
    return [todo.title for todo in todos(facts)]


def test_a_site_that_needs_nobody_has_an_empty_list() -> None:
    """No news is shown as no news."""
    assert todos(quiet()) == ()


@pytest.mark.parametrize(
    ("switches", "title"),
    [
        (replace(OPEN, stop=True), "The kill switch is on"),
        (replace(OPEN, enabled=False), "Releasing is switched off"),
        (replace(OPEN, dry_run=True), "Dry run: nothing is released"),
        (replace(OPEN, confirmed=False), "The site is not confirmed: nothing is released"),
        (replace(OPEN, enabled=False, stop=True, dry_run=True), "The kill switch is on"),
    ],
)
def test_a_switch_that_holds_releases_back_is_told(switches: object, title: str) -> None:
    """One of them, the one that holds first."""
    assert titles(quiet(switches=switches)) == [title]


def test_a_failed_run_presses_most() -> None:
    """Its error is in the list, as a sentence."""
    facts = quiet(
        switches=replace(OPEN, stop=True),
        runs=[Run("plan_releases", NOW, succeeded=False, summary="QRS did not answer")],
    )
    first, second = todos(facts)
    assert (first.severity, first.title) == (Severity.DANGER, "plan_releases failed")
    assert "QRS did not answer." in first.detail
    assert second.severity is Severity.WARNING


def test_an_open_breaker_is_told_until_it_closes() -> None:
    """After that it is history."""
    breaker = Breaker(3, NOW + timedelta(minutes=5))
    assert titles(quiet(breaker=breaker)) == ["Qlik Sense does not answer"]
    assert titles(quiet(breaker=breaker, now=NOW + timedelta(minutes=5))) == []


def test_poisoned_and_refused_messages_are_told_until_somebody_settled_them() -> None:
    """The poisoned ones press more."""
    messages = [a_message(MessageRefusal.POISON), a_message(MessageRefusal.EXPIRED)]
    found = todos(quiet(refused=messages))
    assert [(each.severity, each.title) for each in found] == [
        (Severity.DANGER, "1 release message failed on every try"),
        (Severity.WARNING, "1 message refused"),
    ]
    settled = [replace(message, settled="discarded") for message in messages]
    assert titles(quiet(refused=settled)) == []


def test_a_plan_that_waits_for_approval_is_told_until_it_expires() -> None:
    """With how many licenses would go."""
    rows = [row for row in decisions(100) if row.reason != "user_not_visible"]
    plan = a_plan(rows, PlanStatus.WAITING_FOR_APPROVAL)
    going = sum(row.action == "release" for row in rows)
    waiting = quiet(plan=plan, decisions=rows)
    assert titles(waiting) == [f"A plan waits for your approval: {going} licenses"]
    assert titles(replace(waiting, now=plan.expires_at, history=[])) == [
        "No usage was collected yet"
    ]


def test_releases_of_the_last_plan_that_are_not_settled_are_told() -> None:
    """Those of older plans were tried again long since."""
    rows = [row for row in decisions(300) if row.reason != "user_not_visible"]
    records = releases(rows)
    failed = next(record for record in records if record.outcome == "failed")
    plan = replace(a_plan(rows), plan_id=failed.plan_id)
    assert titles(quiet(plan=plan, decisions=rows, releases=[failed])) == ["1 release not settled"]
    assert titles(quiet(plan=a_plan(rows), decisions=rows, releases=[failed])) == []


def test_early_warnings_come_with_what_they_are_about() -> None:
    """Their sentences are shown as they are."""
    found = {todo.title: todo for todo in todos(busy())}
    assert found["A pool runs out soon"].section == "pools"
    assert found["The site license has expired"].severity is Severity.DANGER
    assert found["QlikView users may be refused"].section == "leases"


def test_warnings_of_an_earlier_version_are_shown_without_their_kind() -> None:
    """Nothing is lost because a field is new; a kind that nobody knows is no failure."""
    outlook = Outlook(NOW, (), ("A pool is low.", "Something new."), (), ("pool.low", "x.y"))
    found = todos(quiet(outlook=outlook))
    assert {(todo.title, todo.detail) for todo in found} == {
        ("A pool is low", "A pool is low."),
        ("Early warning", "Something new."),
    }
    old = replace(outlook, warning_kinds=())
    assert titles(quiet(outlook=old)) == ["Early warning", "Early warning"]


def test_a_collection_that_stopped_is_told_by_the_report_itself() -> None:
    """No collection comes any more that could warn of it."""
    late = NOW + timedelta(days=3)
    assert titles(quiet(now=late)) == ["Usage is not being collected"]
    assert titles(quiet(history=snapshots()[-1:])) == []


def test_a_user_who_cant_be_seen_is_told() -> None:
    """The account lacks a right."""
    rows = [row for row in decisions(200) if row.reason == "user_not_visible"]
    assert titles(quiet(plan=a_plan(rows), decisions=rows)) == [f"{len(rows)} users can't be seen"]
