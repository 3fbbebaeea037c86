"""The door of usage collection."""

import azure.functions as func

from shared import bootstrap

blueprint = func.Blueprint()


@blueprint.function_name("collect_usage")
@blueprint.timer_trigger(
    arg_name="timer", schedule="%USAGE_SCHEDULE%", run_on_startup=False, use_monitor=True
)
async def collect_usage(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the worker passes it
    """Read the site's license counts and write them to the ledger and InfluxDB."""
    async with bootstrap.app("collect_usage") as app:
        await app.collect_usage()
