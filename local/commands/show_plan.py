"""What `plan` prints: for people, or JSON for scripts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from local.commands.show import JsonObject, Printer, short
from shared.domain.model import LicenseType
from shared.domain.plan import Action, Decision, Reason


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan to show.

    Attributes:
        site: its name.
        at: the moment of the decisions.
        plan_id: None when it was not recorded.
        held_back_by: the setting that would keep its licenses from going; empty when none does.
        refused_because: why the app would make no plan now, in sentences.
        from_history: whether the plan before it was known.
        counts: how many licenses of each type each rule decided.
        decisions: releases and deferrals first.
    """

    site: str
    at: datetime
    plan_id: str | None
    held_back_by: str
    refused_because: Sequence[str]
    from_history: bool
    counts: Mapping[LicenseType, Mapping[Reason, int]]
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are listed; `limit` 0 lists all that fit."""

    license_type: LicenseType | None
    action: Action | None
    reason: Reason | None
    user: str
    limit: int

    @property
    def is_filter(self) -> bool:
        """Whether anything but the limit was asked for."""
        return bool(self.license_type or self.action or self.reason or self.user)

    def fits(self, decision: Decision) -> bool:
        """Whether this decision is listed."""
        return (
            self.license_type in (None, decision.license.license_type)
            and self.action in (None, decision.action)
            and self.reason in (None, decision.reason)
            and self.user.casefold() in decision.license.account.casefold()
        )


def plan_preview_row(shown: Shown, wanted: Wanted) -> JsonObject:
    """The plan for scripts; `decisions` are all that fit the filters, whatever the limit."""
    return {
        "site": shown.site,
        "at": shown.at,
        "plan_id": shown.plan_id,
        "held_back_by": shown.held_back_by or None,
        "refused_because": list(shown.refused_because),
        "from_history": shown.from_history,
        "counts": shown.counts,
        "decisions": [decision_row(each) for each in shown.decisions if wanted.fits(each)],
    }


def decision_row(decision: Decision) -> JsonObject:
    """One decision for scripts."""
    license_ = decision.license
    return {
        "license_id": license_.id,
        "license_type": license_.license_type,
        "user": license_.account,
        "user_id": license_.user.id if license_.user else None,
        "last_used": license_.last_used,
        "assigned": license_.created,
        "action": decision.action,
        "reason": decision.reason,
        "evidence": decision.value,
        "candidate_since": decision.candidate_since,
    }


def print_preview(printer: Printer, shown: Shown, wanted: Wanted) -> None:
    """The counts by rule, then the licenses that were asked for."""
    name = f"Plan {shown.plan_id}" if shown.plan_id else "A plan, not recorded,"
    printer.line(f"{name} of {shown.site} at {short(shown.at)} UTC", style="bold")
    _print_counts(printer, shown)
    printer.line()
    _print_list(printer, shown, wanted)
    printer.line()
    for line in _next(shown):
        printer.line(line)


def _print_counts(printer: Printer, shown: Shown) -> None:
    types = [t for t in LicenseType if t in shown.counts]
    reasons = [r for r in Reason if any(r in shown.counts[t] for t in types)]
    rows = [
        (f"{reason.action}: {_words(reason)}", *(shown.counts[t].get(reason, 0) for t in types))
        for reason in reasons
    ]
    printer.table(("decision", *types), rows)


def _print_list(printer: Printer, shown: Shown, wanted: Wanted) -> None:
    asked = wanted if wanted.is_filter else Wanted(None, Action.RELEASE, None, "", wanted.limit)
    fitting = [decision for decision in shown.decisions if asked.fits(decision)]
    if not fitting:
        printer.line("No license is like that." if wanted.is_filter else "No license would go.")
        return
    listed = list(islice(fitting, asked.limit or len(fitting)))
    printer.table(
        ("user", "license", "decision", "why"),
        [
            (
                each.license.account or "(deleted)",
                each.license.license_type,
                f"{each.action}: {_words(each.reason)}",
                each.value,
            )
            for each in listed
        ],
    )
    if len(listed) < len(fitting):
        printer.line(f"... and {len(fitting) - len(listed):,} more: --limit 0 lists all")


def _next(shown: Shown) -> list[str]:
    numbers = Counter(decision.action for decision in shown.decisions)
    told = ", ".join(f"{numbers[action]:,} to {action}" for action in Action)
    lines = [f"{told}. Nothing was queued."]
    if not shown.from_history:
        lines.append(
            "No plan before this one is known: grace days begin with a recorded plan, and nothing"
            " tells whether the number of licenses jumped."
        )
    if shown.held_back_by:
        lines.append(f"{shown.held_back_by} holds releases back.")
    if shown.plan_id:
        lines.append(f"Release exactly this plan within 24 hours: steward release {shown.plan_id}")
    else:
        lines.append("--record keeps the plan, so that `release` can queue exactly this one.")
    return lines


def _words(reason: Reason) -> str:
    return reason.value.replace("_", " ")
