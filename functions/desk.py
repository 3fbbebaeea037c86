"""The operator's desk: HTTP under /api, each call with a function key."""

from dataclasses import asdict
from http import HTTPStatus
from typing import List  # noqa: UP035 - the Functions worker refuses Out[list[str]]

import azure.functions as func

from functions.answers import error_answer, html_answer, json_answer
from shared import bootstrap
from shared.domain.errors import StewardError
from shared.domain.plan import Action, Decision, Plan
from shared.domain.restore import How
from shared.usecases.restore_release import Restored

blueprint = func.Blueprint()

_LONGEST_NAME = 100


@blueprint.function_name("status")
@blueprint.route(route="status", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def status(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001
    """The state of the app as JSON: what ran, what waits, what holds releases back."""
    return json_answer(asdict(await bootstrap.desk("status").read_status()()))


@blueprint.function_name("get_plan")
@blueprint.route(route="plans/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def get_plan(req: func.HttpRequest) -> func.HttpResponse:
    """One plan with its counts and the decisions that release or defer a license."""
    plan_id = req.route_params["id"]
    ledger = bootstrap.desk("get_plan").ledger
    plan = await ledger.plan(plan_id)
    if plan is None:
        return json_answer({"error": f"there is no plan {plan_id!r}"}, HTTPStatus.NOT_FOUND)
    moving = [
        _row(decision)
        async for decision in ledger.decisions(plan_id)
        if decision.action is not Action.KEEP
    ]
    return json_answer({**_header(plan), "decisions": moving})


@blueprint.function_name("report")
@blueprint.route(route="report", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def report(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001
    """The report as one self-contained HTML page; it holds personal data."""
    try:
        page = await bootstrap.report()
    except StewardError as error:
        return error_answer(error)
    return html_answer(page.html, page.content_security_policy)


@blueprint.function_name("approve_plan")
@blueprint.route(route="plans/{id}/approve", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.queue_output(
    arg_name="candidates", queue_name="release-candidates", connection="AzureWebJobsStorage"
)
async def approve_plan(
    req: func.HttpRequest,
    candidates: func.Out[List[str]],  # noqa: UP006
) -> func.HttpResponse:
    """Queue exactly this plan, unless it is stale; `?by=` is kept with the approval."""
    try:
        approve = bootstrap.desk("approve_plan").approve_plan()
        approved = await approve(req.route_params["id"], _by(req))
    except StewardError as error:
        return error_answer(error)
    if approved.messages:
        candidates.set(list(approved.messages))
    return json_answer({**_header(approved.plan), "status": "queued"})


@blueprint.function_name("restore_release")
@blueprint.route(
    route="releases/{id}/restore", methods=["POST"], auth_level=func.AuthLevel.FUNCTION
)
async def restore_release(req: func.HttpRequest) -> func.HttpResponse:
    """Give the license back to the user it was taken from; `?by=` tells the audit who asked."""
    by = _by(req)
    actor = f"restore_release, by {by}" if by else "restore_release"
    try:
        async with bootstrap.app("restore_release") as app:
            restored = await app.restore_release(req.route_params["id"], actor)
    except StewardError as error:
        return error_answer(error)
    return json_answer(_restored(restored))


def _by(req: func.HttpRequest) -> str:
    """Who says to be asking; the function key is what proves the right to."""
    return str(req.params.get("by", "")).strip()[:_LONGEST_NAME]


def _restored(restored: Restored) -> dict[str, object]:
    return {
        "release_id": restored.release.release_id,
        "result": restored.how.value,
        "changed": restored.how is not How.ALREADY_HELD,
        "user": restored.release.account,
        "license_type": restored.license.license_type.value,
        "license_id": restored.license.id,
        "detail": restored.detail,
    }


def _row(decision: Decision) -> dict[str, str]:
    return {
        "license_id": decision.license.id,
        "license_type": decision.license.license_type,
        "user": decision.license.account,
        "action": decision.action,
        "reason": decision.reason,
        "evidence": decision.value,
    }


def _header(plan: Plan) -> dict[str, object]:
    return {
        "plan_id": plan.plan_id,
        "site": plan.site,
        "created_at": plan.created_at,
        "expires_at": plan.expires_at,
        "status": plan.status,
        "policy_fingerprint": plan.policy_fingerprint,
        "counts": plan.counts,
    }
