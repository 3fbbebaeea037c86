"""The state of the app in the report: last runs, switches, messages that were not acted upon."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.report.facts import ReportFacts
from shared.domain.report.plan_views import seconds
from shared.domain.report.tables import Column, Kind, Table
from shared.domain.report.words import day, minute, visible
from shared.domain.runs import MessageRefusal


@dataclass(frozen=True, slots=True)
class RunRow:
    """The last run of a function."""

    function: str
    at: str
    succeeded: bool
    summary: str


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch: the setting, its value, and what that means; `holds` back releases or not."""

    setting: str
    value: str
    means: str
    holds: bool


@dataclass(frozen=True, slots=True)
class StateView:
    """The state of the app; `license_until` is empty when the site license's end is unknown."""

    runs: tuple[RunRow, ...]
    switches: tuple[SwitchRow, ...]
    site_version: str
    license_until: str
    messages: Table | None


def state_view(facts: ReportFacts) -> StateView:
    """The state as it is recorded."""
    last = facts.history[-1] if facts.history else None
    licenses = [s.server_license for s in reversed(facts.history) if s.server_license]
    return StateView(
        tuple(
            RunRow(run.function, minute(run.finished_at), run.succeeded, visible(run.summary))
            for run in facts.runs
        ),
        tuple(_switches(facts)),
        visible(last.site_version) if last else "",
        day(licenses[0].expiry) if licenses else "",
        _messages(facts) if facts.refused else None,
    )


def _switches(facts: ReportFacts) -> Iterator[SwitchRow]:
    s = facts.switches
    rows = (
        ("LICENSE_RELEASE__ENABLED", s.enabled, "plans are made", "no plans are made", True),
        ("LICENSE_RELEASE__DRY_RUN", s.dry_run, "plans are only recorded", "plans act", False),
        ("LICENSE_RELEASE__STOP", s.stop, "nothing is released", "not in the way", False),
    )
    for setting, value, when_true, when_false, opens in rows:
        means = when_true if value else when_false
        yield SwitchRow(setting, str(value).lower(), means, value is not opens)
    confirmed = "equals SITE_NAME" if s.confirmed else "does not equal SITE_NAME"
    means = "the site is confirmed" if s.confirmed else "nothing is released"
    yield SwitchRow("LICENSE_RELEASE__CONFIRM_SITE", confirmed, means, not s.confirmed)
    approval = "required" if s.approval_required else "none"
    means = "plans wait for approval" if s.approval_required else "plans need no approval"
    yield SwitchRow("LICENSE_RELEASE__APPROVAL", approval, means, holds=False)


def _messages(facts: ReportFacts) -> Table:
    refusals = tuple(MessageRefusal)
    columns = (
        Column("Seen", Kind.TIME),
        Column("Why", Kind.CHOICE, tuple(each.value.replace("_", " ") for each in refusals)),
        Column("Detail", Kind.TEXT),
        Column("Settled", Kind.TEXT),
        Column("Message id", Kind.CODE),
    )
    rows = [
        (
            seconds(each.seen_at),
            refusals.index(each.refusal),
            visible(each.detail),
            visible(each.settled) or "not yet",
            visible(each.message_id),
        )
        for each in facts.refused
    ]
    return Table("messages", "Messages not acted upon", columns, rows)
