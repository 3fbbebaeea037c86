"""What the commands about leases print: for people, or JSON for scripts."""

from collections.abc import Iterable
from dataclasses import asdict

from local.commands.show import JsonObject, Printer, short
from shared.domain.leases.history import LeaseChange
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.leases.user_leases import HeldLease, UserLeases
from shared.usecases.read_leases import LeaseExplanation, LeasePicture, UserOnServer

type Listed = Iterable[tuple[LeaseSurvey, UserLeases]]


def list_row(survey: LeaseSurvey, user: UserLeases) -> JsonObject:
    """A user with leases, for scripts. `expires_at` is computed, no server tells it."""
    return {
        "server": survey.counts.server,
        "user": user.user,
        "slots_free": user.slots_free,
        "leases": [_held_row(held) for held in user.active],
    }


def picture_row(picture: LeasePicture) -> JsonObject:
    """The sums, for scripts."""
    return {
        "read_at": picture.look.taken_at,
        "servers": [
            {
                **asdict(one.counts),
                "farm": list(one.server.names.farm),
                "farm_is_inferred": one.server.names.inferred,
                "machines": {name: asdict(load) for name, load in one.machines.items()},
                "over_limit": len(one.over_limit),
            }
            for one in picture.surveys
        ],
        "slot_evidence": {**asdict(picture.evidence), "soonest": str(picture.evidence.soonest)},
    }


def print_list(printer: Printer, listed: Listed) -> None:
    """A line a user, a line a lease."""
    for survey, user in listed:
        mark = _state(survey, user)
        printer.line(f"{user.user}  ({survey.counts.server}){mark}")
        for held in user.active:
            printer.line(f"    {_held_text(held)}")


def print_picture(printer: Printer, picture: LeasePicture) -> None:
    """The sums, machine by machine."""
    printer.line(f"Read at {short(picture.look.taken_at)} UTC. Expiries are computed.")
    for one in picture.surveys:
        counts = one.counts
        printer.line(
            f"{counts.server}: {_known(counts.leases)} leases of {_known(counts.leased)} users,"
            f" {_known(counts.users_at_limit)} at the limit, {_known(counts.users_blocked)} of them"
            f" blocked, {_known(counts.users_next_refused)} may be refused at their next start"
        )
        if counts.leases:
            _print_machines(printer, one)
        if counts.leases and one.server.names.inferred:
            printer.line("    The farm is inferred from shared machines; LEASES__FARM can name it.")
        if one.over_limit:
            printer.line(
                f"    {len(one.over_limit)} users hold more leases than"
                " LEASES__MACHINES_PER_USER allows: is the setting right for this version?",
                style="yellow",
            )
    printer.line(picture.evidence.sentence)


def _print_machines(printer: Printer, one: LeaseSurvey) -> None:
    """The farm machine by machine, the others in one line: notebooks are many."""
    others = [load.leases for load in one.machines.values() if not load.farm]
    for name, load in one.machines.items():
        if load.farm:
            printer.line(f"    {name:<24} {load.leases:>6} leases")
    if others:
        printer.line(f"    {f'{len(others)} other machines':<24} {sum(others):>6} leases")


def explanation_row(told: LeaseExplanation) -> JsonObject:
    """Everything about a user, for scripts."""
    return {
        "read_at": told.read_at,
        "servers": [_on_server_row(each) for each in told.servers],
        "changes": [_change_row(change) for change in told.changes],
    }


def print_explanation(printer: Printer, told: LeaseExplanation) -> None:
    """What the user holds, what a start would do, and what happened before."""
    for each in told.servers:
        user = each.user
        printer.line(f"{user.user} on {each.survey.counts.server}, read {short(told.read_at)} UTC")
        for held in user.leases:
            printer.line(f"    {_held_text(held)}{'' if held.active else '  (expired)'}")
        printer.line(f"    {user.slots_free} of {user.slots} slots free")
        printer.line()
        printer.line(_verdict_text(each), style="bold")
        printer.line(each.start.sentence)
        if each.lost:
            printer.line()
            printer.line(f"If {each.lost.machine} is lost:", style="bold")
            for sentence in each.lost.advice:
                printer.line(f"  {sentence}")
    if told.changes:
        printer.line()
        printer.line("Seen within the last 90 days:")
        for change in told.changes:
            printer.line(f"    {_change_text(change)}")


def _verdict_text(each: UserOnServer) -> str:
    period, block = each.start.outcomes.period, each.start.outcomes.block
    where = f"on {each.start.machine}" if each.start.machine else "on a machine without a lease"
    if period.verdict is block.verdict:
        return f"A start {where}: {period.verdict}"
    return (
        f"A start {where}: {period.verdict} if slots free after the lease period,"
        f" {block.verdict} if they free after the block hours"
    )


def _on_server_row(each: UserOnServer) -> JsonObject:
    start = each.start
    return {
        **list_row(each.survey, each.user),
        "start": {
            "machine": start.machine,
            "reason": start.reason,
            "certain": start.certain,
            "sentence": start.sentence,
            "period": asdict(start.outcomes.period),
            "block": asdict(start.outcomes.block),
        },
        "lost": {
            "machine": each.lost.machine,
            "works_on": [_held_row(held) for held in each.lost.works_on],
            "works_from": asdict(each.lost.works_from),
            "lost_slot_frees": asdict(each.lost.lost_slot_frees),
            "advice": list(each.lost.advice),
        }
        if each.lost
        else None,
    }


def _held_row(held: HeldLease) -> JsonObject:
    return {
        "machine": held.machine_name,
        "machine_id": held.lease.machine,
        "leased_at": held.lease.leased_at,
        "last_used": held.lease.last_used,
        "expires_at": held.expires_at,
        "active": held.active,
    }


def _held_text(held: HeldLease) -> str:
    contact, until = short(held.lease.last_contact), short(held.expires_at)
    name = held.machine_name or "(machine not told)"
    return f"{name:<24} last contact {contact or 'not told':<16}  until {until or 'unknown'}"


def _state(survey: LeaseSurvey, user: UserLeases) -> str:
    if not user.at_limit:
        return ""
    blocked = any(one.holder is user for one in survey.blocked)
    return "  at the limit, blocked" if blocked else "  at the limit"


def _change_row(change: LeaseChange) -> JsonObject:
    return {
        "kind": change.kind,
        "between": [change.since, change.seen_at],
        "from": change.before.machine if change.before else None,
        "to": change.after.machine if change.after else None,
    }


def _change_text(change: LeaseChange) -> str:
    when = f"{short(change.since)} to {short(change.seen_at)}"
    before = change.before.machine if change.before else ""
    after = change.after.machine if change.after else ""
    where = f"{before} to {after}" if before and after else before or after
    return f"{when}  {change.kind}  {where}"


def _known(number: int | None) -> str:
    return "an unknown number of" if number is None else str(number)
