"""The door of QlikView lease collection."""

import azure.functions as func

from shared import bootstrap

blueprint = func.Blueprint()


@blueprint.function_name("collect_leases")
@blueprint.timer_trigger(
    arg_name="timer", schedule="%LEASE_SCHEDULE%", run_on_startup=False, use_monitor=True
)
async def collect_leases(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the worker passes it
    """Read named CALs and leases from QlikView, keep them, and warn of refused starts."""
    async with bootstrap.lease_app() as app:
        if app is not None:
            await app.collect_leases()
