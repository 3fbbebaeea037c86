"""The doors of the release path: the planner, the releaser, and the recorder of what failed."""

from typing import List  # noqa: UP035 - the Functions worker refuses Out[list[str]]

import azure.functions as func

from shared import bootstrap

blueprint = func.Blueprint()


@blueprint.function_name("plan_releases")
@blueprint.timer_trigger(
    arg_name="timer", schedule="%RELEASE_SCHEDULE%", run_on_startup=False, use_monitor=True
)
@blueprint.queue_output(
    arg_name="candidates", queue_name="release-candidates", connection="AzureWebJobsStorage"
)
async def plan_releases(
    timer: func.TimerRequest,  # noqa: ARG001 - the worker passes it
    candidates: func.Out[List[str]],  # noqa: UP006
) -> None:
    """Decide which access licenses go, record the plan, and queue its messages."""
    async with bootstrap.app("plan_releases") as app:
        planning = await app.plan_releases()
    if planning.messages:
        candidates.set(list(planning.messages))


@blueprint.function_name("release_licenses")
@blueprint.queue_trigger(
    arg_name="message", queue_name="release-candidates", connection="AzureWebJobsStorage"
)
async def release_licenses(message: func.QueueMessage) -> None:
    """Look again at the licenses of a message and release those that are still to go."""
    async with bootstrap.app("release_licenses") as app:
        await app.release_licenses(_id(message), _text(message), message.dequeue_count or 1)


@blueprint.function_name("record_failed_release")
@blueprint.queue_trigger(
    arg_name="message", queue_name="release-candidates-poison", connection="AzureWebJobsStorage"
)
async def record_failed_release(message: func.QueueMessage) -> None:
    """Keep a message that failed on every try, and raise the alarm."""
    record = bootstrap.failed_release_recorder()
    await record(_id(message), _text(message), message.dequeue_count or 1)


def _id(message: func.QueueMessage) -> str:
    return message.id or "unknown"


def _text(message: func.QueueMessage) -> str:
    # A body that is no UTF-8 is malformed, and is to be kept all the same.
    return message.get_body().decode("utf-8", errors="backslashreplace")
