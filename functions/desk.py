"""The operator's desk: HTTP under /api, each call with a function key."""

import json
from dataclasses import asdict
from datetime import datetime

import azure.functions as func

from shared import bootstrap
from shared.domain.plan import Action, Decision, Plan

blueprint = func.Blueprint()

_NOT_YET = "This version of License Steward does not have this yet; CHANGELOG.md says what it has."


@blueprint.function_name("status")
@blueprint.route(route="status", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def status(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001
    """Last runs, switches and refused messages as JSON."""
    return _json(asdict(await bootstrap.desk("status").read_status()()))


@blueprint.function_name("get_plan")
@blueprint.route(route="plans/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def get_plan(req: func.HttpRequest) -> func.HttpResponse:
    """One plan with its counts and the decisions that release or defer a license."""
    plan_id = req.route_params["id"]
    ledger = bootstrap.desk("get_plan").ledger
    plan = await ledger.plan(plan_id)
    if plan is None:
        return _json({"error": f"there is no plan {plan_id!r}"}, status_code=404)
    moving = [
        _row(decision)
        async for decision in ledger.decisions(plan_id)
        if decision.action is not Action.KEEP
    ]
    return _json({**_header(plan), "decisions": moving})


@blueprint.function_name("report")
@blueprint.route(route="report", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def report(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001
    """Not built yet; says so."""
    return _json({"error": _NOT_YET}, status_code=501)


@blueprint.function_name("approve_plan")
@blueprint.route(route="plans/{id}/approve", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def approve_plan(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001
    """Not built yet; says so."""
    return _json({"error": _NOT_YET}, status_code=501)


@blueprint.function_name("restore_release")
@blueprint.route(
    route="releases/{id}/restore", methods=["POST"], auth_level=func.AuthLevel.FUNCTION
)
async def restore_release(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001
    """Not built yet; says so."""
    return _json({"error": _NOT_YET}, status_code=501)


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


def _json(value: object, status_code: int = 200) -> func.HttpResponse:
    text = json.dumps(value, default=_plain, indent=2)
    return func.HttpResponse(text, status_code=status_code, mimetype="application/json")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
