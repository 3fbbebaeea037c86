"""What the commands print: for people, or JSON for scripts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from rich.cells import cell_len
from rich.console import Console

from shared.domain.plan import Plan
from shared.domain.release import ReleaseRecord
from shared.domain.runs import RefusedMessage
from shared.usecases.poison_messages import Explanation, LicenseState
from shared.usecases.restore_release import Restored

type JsonObject = dict[str, object]

# A message may hold anything; on a terminal, control characters could rewrite what is shown.
_UNPRINTABLE = dict.fromkeys(
    [*range(9), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)],
    "\N{REPLACEMENT CHARACTER}",
)


class Printer:
    """Prints whole lines: ids stay in one piece, and nothing in a text is markup or control."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line."""
        self._console.print(
            text.translate(_UNPRINTABLE),
            style=style,
            markup=False,
            highlight=False,
            emoji=False,
            soft_wrap=True,
        )

    def table(self, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print columns; numbers stand to the right. No line is ever cut or broken."""
        cells = [[_cell(value) for value in row] for row in rows]
        widths = [max(map(cell_len, column)) for column in zip(head, *cells, strict=True)]
        right = [
            any(cells) and all(_is_number(row[number]) for row in cells)
            for number in range(len(head))
        ]
        self.line(_columns(head, widths, right), style="bold")
        for row in cells:
            self.line(_columns(row, widths, right))

    def json(self, value: object) -> None:
        """Print a value as JSON; times as ISO 8601."""
        self.line(json.dumps(value, default=_plain, indent=2))


def short(moment: datetime | None) -> str:
    """A moment for people, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def plan_row(plan: Plan) -> JsonObject:
    """A plan for scripts, without its decisions: `counts` by license type and rule."""
    return {
        "plan_id": plan.plan_id,
        "site": plan.site,
        "created_at": plan.created_at,
        "expires_at": plan.expires_at,
        "status": plan.status,
        "policy_fingerprint": plan.policy_fingerprint,
        "counts": plan.counts,
    }


def release_row(release: ReleaseRecord) -> JsonObject:
    """A release for scripts."""
    return {
        "release_id": release.release_id,
        "user": release.account,
        "license_type": release.license_type,
        "outcome": release.outcome,
        "detail": release.detail,
        "decision": release.decision,
        "started_at": release.started_at,
        "finished_at": release.finished_at,
        "quarantine_end": release.quarantine_end,
    }


def print_releases(printer: Printer, releases: Iterable[ReleaseRecord]) -> None:
    """Two lines a release: what happened, and the id that restores it."""
    for release in releases:
        end = f" until {short(release.quarantine_end)}" if release.quarantine_end else ""
        when = short(release.finished_at or release.started_at)
        what = f"{release.license_type:<12}  {release.outcome}{end}"
        printer.line(f"{when}  {release.account:<30}  {what}")
        printer.line(f"    {release.release_id}", style="cyan")


def restored_row(restored: Restored) -> JsonObject:
    """What a restore did, for scripts."""
    return {
        "release_id": restored.release.release_id,
        "result": restored.how,
        "user": restored.release.account,
        "license_type": restored.license.license_type,
        "license_id": restored.license.id,
        "detail": restored.detail,
    }


def message_row(message: RefusedMessage) -> JsonObject:
    """A kept message for scripts, without its body."""
    row = asdict(message)
    del row["body"]
    return row


def print_messages(printer: Printer, messages: Iterable[RefusedMessage]) -> None:
    """Two lines a message: when and why, and its id."""
    for message in messages:
        done = f"  [{message.settled}]" if message.settled else ""
        printer.line(f"{short(message.seen_at)}  {message.refusal}: {message.detail}{done}")
        printer.line(f"    {message.message_id}", style="cyan")


def explanation_row(told: Explanation) -> JsonObject:
    """Everything about a message, for scripts; `licenses` with what is recorded of each."""
    return {
        **message_row(told.message),
        "body": told.message.body,
        "plan_id": told.request.plan_id if told.request else None,
        "expires_at": told.request.expires_at if told.request else None,
        "replay": told.reason_not_to_replay or "can help",
        "licenses": [_license_row(state) for state in told.licenses],
    }


def print_explanation(printer: Printer, told: Explanation) -> None:
    """Why it was not acted upon, what it asks for, and what became of each license."""
    message = told.message
    printer.line(f"Message {message.message_id}, from queue {message.queue}")
    printer.line(f"  seen      {short(message.seen_at)} UTC, after {message.dequeue_count} tries")
    printer.line(f"  refused   {message.refusal}: {message.detail}")
    printer.line(f"  settled   {message.settled or 'no: nobody did anything about it yet'}")
    printer.line(f"  replay    {told.reason_not_to_replay or 'can help'}")
    if told.request is None:
        printer.line(f"  body      {message.body[:2000]!r}")
        return
    request = told.request
    printer.line(
        f"  asks for  {len(request.licenses)} {request.license_type} licenses of plan"
        f" {request.plan_id}, until {short(request.expires_at)} UTC"
    )
    for state in told.licenses:
        printer.line(f"    {state.expected.account:<30}  {_said_of(state)}")


def _license_row(state: LicenseState) -> JsonObject:
    return {
        "license_id": state.expected.license_id,
        "user": state.expected.account,
        "recorded": release_row(state.release) if state.release else None,
    }


def _said_of(state: LicenseState) -> str:
    if state.release is None:
        return "nothing is recorded: it was not begun"
    return f"{state.release.outcome}: {state.release.detail}".removesuffix(": ")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return short(value)
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
        case _:
            return " ".join(str(value).translate(_UNPRINTABLE).split("\n"))


def _is_number(text: str) -> bool:
    return not text or text.replace(",", "").replace(".", "").removesuffix(" %").isdigit()


def _columns(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        " " * (width - cell_len(cell)) + cell if to_right else cell + " " * (width - cell_len(cell))
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
