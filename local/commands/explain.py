"""`explain`: each rule and its answer for the licenses of one user."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile
from local.commands.progress import working
from local.commands.session import open_site
from local.commands.show import JsonObject, Printer, short
from local.commands.show_plan import decision_row
from shared.app import preview_plan
from shared.domain.plan import Action
from shared.domain.rule_answers import RuleAnswer
from shared.usecases.explain_user import ExplainedLicense, ExplainUser, UserExplanation


def explain(
    user: Annotated[
        str,
        typer.Argument(
            metavar="USER",
            help=r"Like 'DIRECTORY\user', in single quotes; without DIRECTORY if that is clear.",
        ),
    ],
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """Tell each rule and its answer for the licenses of a user, from a fresh read."""
    with working("Reading the site", quiet=json):
        told = asyncio.run(_explain(settings, user))
    printer = Printer(Console())
    if json:
        printer.json(_row(told))
    else:
        _print(printer, told)


async def _explain(settings: Path, user: str) -> UserExplanation:
    async with open_site(settings, with_ledger=True) as site:
        return await ExplainUser(preview_plan(site.settings, site.qrs, site.ledger))(user)


def _row(told: UserExplanation) -> JsonObject:
    return {
        "user": told.account,
        "visible": told.user is not None,
        "at": told.preview.at,
        "refused_because": [doubt.sentence for doubt in told.preview.doubts],
        "from_history": told.preview.from_history,
        "licenses": [
            {
                "rules": [asdict(answer) for answer in each.answers],
                "policy": decision_row(each.policy),
                "plan": decision_row(each.plan) if each.plan else None,
            }
            for each in told.licenses
        ],
    }


def _print(printer: Printer, told: UserExplanation) -> None:
    printer.line(f"{told.account}, read {short(told.preview.at)} UTC", style="bold")
    for each in told.licenses:
        license_ = each.license
        printer.line()
        printer.line(f"{license_.license_type} license {license_.id}", style="bold")
        printer.table(
            ("rule", "answer", "what it saw"),
            [(_words(answer.rule), _verdict(answer), answer.answer) for answer in each.answers],
        )
        printer.line(_outcome(each))
    for doubt in told.preview.doubts:
        printer.line(f"The app would make no plan now: {doubt.sentence}", style="yellow")


def _outcome(each: ExplainedLicense) -> str:
    policy, plan = each.policy, each.plan
    if policy.action is Action.KEEP:
        return f"It stays: {_words(policy.reason)}."
    if plan is None or plan.action is Action.RELEASE:
        return f"It would go: {_words(policy.reason)}."
    return (
        f"It may go ({_words(policy.reason)}), and would have to wait: {_words(plan.reason)},"
        f" {plan.value}."
    )


def _verdict(answer: RuleAnswer) -> str:
    if answer.keeps is None:
        return "?"
    return "keeps" if answer.keeps else "-"


def _words(name: str) -> str:
    return name.replace("_", " ")
