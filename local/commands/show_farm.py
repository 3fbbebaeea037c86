"""What `farm plan` prints: for people, or JSON for scripts."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from local.commands.show import JsonObject, Printer, short
from local.farm.comparison import markdown_table
from local.farm.made_plan import MadePlan
from shared.domain.farm.model import Binding
from shared.domain.farm.plan_result import Wait
from shared.domain.leases.model import LeaseRules, SlotReading

_MOST_LISTED = 20


def plan_row(made: MadePlan) -> JsonObject:
    """A plan for scripts."""
    result, known = made.result, made.asked.known
    return {
        "made_at": made.asked.now,
        "leases_read_at": known.read_at,
        "qlikview_server": known.server or None,
        "rules": _rules_row(known.rules),
        "servers": [
            {
                "name": server.name,
                "weight": server.weight,
                "bindings": bindings,
                "fair_share": share.fair,
                "room": share.room,
            }
            for server, bindings, share in made.shares
        ],
        "users": [asdict(binding) for binding in result.plan.bindings],
        "rebindings": [asdict(move) for move in result.rebindings],
        "least_rebindings": result.least_rebindings,
        "new_users": list(made.new),
        "left_out": list(made.left_out),
        "waits": [asdict(wait) for wait in result.waits],
        "over_full": [asdict(server) for server in result.over_full],
    }


def print_plan(printer: Printer, made: MadePlan, out: Path | None, script: Path | None) -> None:
    """The plan in numbers, for whom it is not yet enough, and what to do next."""
    for line in (*_about(made), "", *_servers(made), "", *_changes(made), *_not_yet(made)):
        printer.line(line)
    printer.line()
    printer.line("What to do next", style="bold")
    for line in _next(made, out, script):
        printer.line(f"  {line}")


def _about(made: MadePlan) -> Iterator[str]:
    known, plan = made.asked.known, made.result.plan
    each = max(len(binding.servers) for binding in plan.bindings)
    yield f"{len(plan.bindings):,} users on {len(plan.servers)} servers, {each} for each user"
    if known.read_at:
        yield f"Leases of {known.server}, read at {short(known.read_at)} UTC"
    else:
        yield "Leases are not known: the plan is as if nobody held one today"
    if known.nameless:
        yield f"{known.nameless} leases have no user: nobody knows whose slots they take"
    rules = known.rules
    yield (
        f"Rules: {rules.machines_per_user} machines per user; a slot frees {rules.period.days} days"
        f" (reading: period) or {rules.block.total_seconds() / 3600:g} hours (reading: block) after"
        " the last contact"
    )


def _servers(made: MadePlan) -> Iterator[str]:
    rows = [
        [server.name, f"{server.weight:g}", str(bindings), f"{share.fair:.1f}", str(share.room)]
        for server, bindings, share in made.shares
    ]
    yield from markdown_table(["server", "weight", "bindings", "fair share", "room"], rows).split(
        "\n"
    )


def _changes(made: MadePlan) -> Iterator[str]:
    if made.asked.in_force is None:
        return
    result = made.result
    yield (
        f"Against the plan in force: {len(result.rebindings)} re-bindings, any plan as even needs"
        f" {result.least_rebindings} at least; {len(made.new)} users are new"
    )
    yield from _listed(
        (f"{x.user}: {x.left or 'nothing'} -> {x.joined}" for x in result.rebindings),
        len(result.rebindings),
    )
    if made.left_out:
        yield f"{len(made.left_out)} users of the plan in force are not in the new one:"
        yield from _listed(made.left_out, len(made.left_out))


def _not_yet(made: MadePlan) -> Iterator[str]:
    waits, one_server = made.result.waits, made.one_at_first
    yield f"Must wait, no server of theirs lets them in yet: {len(waits) or 'nobody'}"
    yield from _listed(map(_wait_text, waits), len(waits))
    yield f"One server at first, until the second lets them in: {len(one_server) or 'nobody'}"
    yield from _listed(map(_first_text, one_server), len(one_server))
    for server in made.result.over_full:
        yield (
            f"{server.server} is over-full: {server.bindings} users, room for {server.room}; all"
            " others would refuse them now"
        )


def _next(made: MadePlan, out: Path | None, script: Path | None) -> Iterator[str]:
    last = made.last_ready
    if out:
        yield f"Keep {out}: give it as --in-force for the next plan, so that few users change."
    else:
        yield "Write the plan by --out FILE: the next one needs it as --in-force."
    if script:
        yield f"Run {script} on Windows to see what it would do, then with -Apply."
        if last:
            yield f"Run it every day until {short(last)} UTC: it gives users their second server."
    else:
        yield "Make a script that fills Active Directory groups by --powershell FILE."
    if made.result.waits or made.result.over_full:
        yield "Make the plan again when these leases have run out."
    if made.asked.known.read_at is None:
        yield "If users hold leases today, plan with --settings: else some are refused at first."


def _wait_text(wait: Wait) -> str:
    until = {x: f"{short(wait.until.get(x))} UTC" for x in wait.until}
    return f"{wait.user}: {', '.join(f'{until.get(x, "now")} ({x})' for x in SlotReading)}"


def _first_text(binding: Binding) -> str:
    first = [server for server in binding.servers if server not in binding.ready_at]
    later = ", ".join(f"{server} from {short(at)} UTC" for server, at in binding.ready_at.items())
    return f"{binding.user}: {first[0]} now, {later}"


def _listed(lines: Iterable[str], count: int) -> Iterator[str]:
    for line in islice(lines, _MOST_LISTED):
        yield f"    {line}"
    if count > _MOST_LISTED:
        yield f"    and {count - _MOST_LISTED} more (--json tells all)"


def _rules_row(rules: LeaseRules) -> JsonObject:
    return {
        "machines_per_user": rules.machines_per_user,
        "period_days": rules.period.days,
        "block_hours": rules.block.total_seconds() / 3600,
    }
