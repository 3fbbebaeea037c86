"""What an administrator must do now: the list at the top of the report, the worst first."""

from collections import Counter
from collections.abc import Iterator

from shared.domain.collection_warnings import collection_missing
from shared.domain.early_warnings import EarlyWarning, WarningKind
from shared.domain.outlook import collection_period
from shared.domain.plan import PlanStatus, Reason
from shared.domain.release import Outcome
from shared.domain.report.facts import ReportFacts
from shared.domain.report.todo import Severity, Todo
from shared.domain.report.warning_words import told_warnings, warning_todo
from shared.domain.report.words import ended, minute, plural
from shared.domain.runs import MessageRefusal


def todos(facts: ReportFacts) -> tuple[Todo, ...]:
    """Everything that asks for an administrator, the worst first."""
    found = [
        *_switches(facts),
        *_runs(facts),
        *_breaker(facts),
        *_messages(facts),
        *_plan(facts),
        *_releases(facts),
        *_warnings(facts),
        *_collection(facts),
    ]
    return tuple(sorted(found, key=lambda todo: todo.severity))


def _switches(facts: ReportFacts) -> Iterator[Todo]:
    switches = facts.switches
    if switches.stop:
        yield Todo(
            Severity.WARNING,
            "The kill switch is on",
            "LICENSE_RELEASE__STOP is true: nothing is released, queued messages included.",
            "Set it to false when what it was set for is over.",
            "state",
        )
    elif not switches.enabled:
        yield Todo(
            Severity.NOTE,
            "Releasing is switched off",
            "LICENSE_RELEASE__ENABLED is false: usage is watched, no plans are made.",
            "Set it to true to see a plan; it stays a dry run until you say otherwise.",
            "state",
        )
    elif switches.dry_run:
        yield Todo(
            Severity.NOTE,
            "Dry run: nothing is released",
            "LICENSE_RELEASE__DRY_RUN is true: plans are made and recorded only.",
            "When the plan below is what you want, set it to false and"
            " `LICENSE_RELEASE__CONFIRM_SITE` to the site's name.",
            "plan",
        )
    elif not switches.confirmed:
        yield Todo(
            Severity.WARNING,
            "The site is not confirmed: nothing is released",
            "LICENSE_RELEASE__CONFIRM_SITE does not equal SITE_NAME.",
            f"Set it to {facts.site} when the plan below is what you want.",
            "state",
        )


def _runs(facts: ReportFacts) -> Iterator[Todo]:
    for run in facts.runs:
        if not run.succeeded:
            yield Todo(
                Severity.DANGER,
                f"{run.function} failed",
                f"Its last run, at {minute(run.finished_at)}: {ended(run.summary)}",
                "Look at the error; the next run on schedule tries again.",
                "state",
            )


def _breaker(facts: ReportFacts) -> Iterator[Todo]:
    if facts.breaker is None or (until := facts.breaker.refuses_until(facts.now)) is None:
        return
    yield Todo(
        Severity.DANGER,
        "Qlik Sense does not answer",
        f"It failed {facts.breaker.failures} times in a row; nothing is released before"
        f" {minute(until)}.",
        "See whether the Repository Service is up and can be reached; releases then go on.",
        "state",
    )


def _messages(facts: ReportFacts) -> Iterator[Todo]:
    waiting = Counter(message.refusal for message in facts.refused if not message.settled)
    poison = waiting.pop(MessageRefusal.POISON, 0)
    if poison:
        yield Todo(
            Severity.DANGER,
            f"{plural(poison, 'release message')} failed on every try",
            "Their licenses were not settled, and nobody tries again.",
            "List them by the command `poison list`, then replay or discard each.",
            "messages",
        )
    if waiting:
        kinds = ", ".join(f"{number} {kind.value}" for kind, number in sorted(waiting.items()))
        yield Todo(
            Severity.WARNING,
            f"{plural(waiting.total(), 'message')} refused",
            f"Recorded and not acted upon: {kinds.replace('_', ' ')}.",
            "See the reasons below; discard those that are explained.",
            "messages",
        )


def _plan(facts: ReportFacts) -> Iterator[Todo]:
    plan = facts.plan
    if plan is None:
        return
    if plan.status is PlanStatus.WAITING_FOR_APPROVAL and facts.now < plan.expires_at:
        going = sum(decision.reason.action.value == "release" for decision in facts.decisions)
        yield Todo(
            Severity.WARNING,
            f"A plan waits for your approval: {plural(going, 'license')}",
            f"Plan {plan.plan_id} of {minute(plan.created_at)}; it expires at"
            f" {minute(plan.expires_at)}.",
            f"Read it below, then `POST plans/{plan.plan_id}/approve`.",
            "plan",
        )
    unseen = sum(counts.get(Reason.USER_NOT_VISIBLE, 0) for counts in plan.counts.values())
    if unseen:
        yield Todo(
            Severity.WARNING,
            f"{plural(unseen, 'user')} can't be seen",
            "Their licenses are kept, for no never-release rule can be checked.",
            "Give the account of `QLIK_SENSE__USER` the right to read all users.",
            "plan",
        )


def _releases(facts: ReportFacts) -> Iterator[Todo]:
    latest = facts.plan.plan_id if facts.plan else ""
    stuck = Counter(
        record.outcome
        for record in facts.releases
        if record.outcome in (Outcome.FAILED, Outcome.RELEASING) and record.plan_id == latest
    )
    if stuck:
        yield Todo(
            Severity.WARNING,
            f"{plural(stuck.total(), 'release')} not settled",
            f"Of the last plan {stuck[Outcome.FAILED]} failed and {stuck[Outcome.RELEASING]} were"
            " begun with an unknown outcome.",
            "They are tried again while their message lives. If it is in the poison queue,"
            " the command `poison explain` tells why.",
            "releases",
        )


def _warnings(facts: ReportFacts) -> Iterator[Todo]:
    for kind, sentence in told_warnings(facts.outlook):
        yield _as_todo(kind, sentence)
    for warning in facts.leases.warnings if facts.leases else ():
        yield _as_todo(warning.kind, warning.sentence)


def _as_todo(kind: WarningKind | None, sentence: str) -> Todo:
    words = warning_todo(kind)
    severity = Severity.DANGER if words.pressing else Severity.WARNING
    return Todo(severity, words.title, sentence, words.advice, words.section)


def _collection(facts: ReportFacts) -> Iterator[Todo]:
    if not facts.history:
        yield Todo(
            Severity.WARNING,
            "No usage was collected yet",
            "Without a collection nothing is known of the pools.",
            "Wait for collect_usage, or run it once.",
            "state",
        )
        return
    earlier = facts.history[:-1]
    period = collection_period(facts.history)
    if period is None or not earlier:
        return
    last = facts.history[-1].taken_at
    found = collection_missing(last, period, facts.thresholds, facts.now)
    known = {kind for kind, _ in told_warnings(facts.outlook)}
    if isinstance(found, EarlyWarning) and found.kind not in known:
        yield _as_todo(found.kind, found.sentence)
