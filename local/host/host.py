"""A small Functions host for one machine: timers, queue triggers and queue outputs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from azure.core.exceptions import AzureError

from local.host.app_settings import is_disabled, worker_environment
from local.host.bindings import QueueOutputs, check_supported, queue_triggers, schedules
from local.host.events import Drained, HostConfig, HostEvent
from local.host.host_json import HostOptions, read_host_json
from local.host.queue_group import QueueGroup
from local.host.queue_trigger import Outcome, QueueListener
from local.host.timer_trigger import run_timer
from local.worker.invocation import (
    FunctionMetadata,
    InvocationResult,
    QueueDelivery,
    WorkerDiedError,
    WorkerError,
)
from local.worker.supervisor import WorkerSupervisor
from local.worker.trigger_input import (
    TriggerInput,
    http_answer,
    http_input,
    queue_input,
    timer_input,
)
from local.worker.typed_values import HttpRequest, HttpResponse
from local.worker.worker import Worker


class Host:
    """A function app with its triggers, ready to run.

    Attributes:
        functions: what the app contains.
    """

    def __init__(
        self,
        supervisor: WorkerSupervisor,
        functions: list[FunctionMetadata],
        settings: Mapping[str, str],
        options: HostOptions,
        config: HostConfig,
    ) -> None:
        check_supported(functions)
        enabled = [each for each in functions if not is_disabled(each.name, settings)]
        self.functions = functions
        self._supervisor = supervisor
        self._config = config
        self._schedules = schedules(enabled, settings)
        self._outputs = QueueOutputs(functions, settings, as_base64=options.queues.base64)
        self._queues = QueueGroup(
            [
                QueueListener(trigger, options.queues, config.lease, self._run_queue, self._report)
                for trigger in queue_triggers(enabled, settings)
            ]
        )

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        app_dir: Path,
        settings: Mapping[str, str],
        *,
        storage: str | None = None,
        config: HostConfig | None = None,
    ) -> AsyncIterator[Self]:
        """Loads an app and is its host for the length of a with block; nothing fires by itself.

        Args:
            app_dir: folder with function_app.py and host.json.
            settings: the app settings.
            storage: connection string that takes the place of AzureWebJobsStorage.
            config: everything else; None for the defaults.

        Raises:
            SettingsError: settings, host.json, a schedule or a queue name are unusable.
            WorkerError: the app cannot be loaded.
        """
        config = config or HostConfig()
        values = dict(settings) | ({"AzureWebJobsStorage": storage} if storage else {})
        options = read_host_json(app_dir, values)
        supervisor = WorkerSupervisor(
            lambda: Worker.open(app_dir, worker_environment(values), config.on_log),
            config.max_restarts,
            options.function_timeout,
            lambda why: config.tell(HostEvent("", None, f"Worker started again. {why}")),
        )
        try:
            functions = (await supervisor.worker()).functions
            host = cls(supervisor, functions, values, options, config)
            try:
                yield host
            finally:
                host._close_queues()
        finally:
            await supervisor.close()

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker that runs at the moment."""
        return self._supervisor.pid

    def next_times(self, now: datetime) -> dict[str, datetime]:
        """When each enabled timer fires next after `now` (aware), in UTC."""
        return {name: schedule.next_after(now) for name, schedule in self._schedules.items()}

    async def run_timer(self, name: str, *, past_due: bool = False) -> InvocationResult:
        """Fires a timer function now, enabled or not, and sends its output.

        Raises:
            WorkerDiedError: the worker died during the run.
            WorkerError: there is no such timer function, or the worker keeps dying.
        """
        self._require(name, "timerTrigger")
        try:
            result = await self._run(name, timer_input(past_due=past_due))
        except WorkerDiedError as error:
            self._tell(name, Outcome.LOST, str(error))
            raise
        outcome = Outcome.OK if result.succeeded else Outcome.FAILED
        self._tell(name, outcome, result.error or "timer")
        return result

    async def call_http(self, name: str, request: HttpRequest) -> HttpResponse:
        """Calls an HTTP function and sends its output; an exception in it is a 500.

        Raises:
            WorkerDiedError: the worker died during the call.
            WorkerError: there is no such HTTP function, or the worker keeps dying.
        """
        self._require(name, "httpTrigger")
        result = await self._run(name, http_input(request))
        if result.error:
            self._tell(name, Outcome.FAILED, result.error)
        return http_answer(result)

    async def drain_queues(self, limit: timedelta) -> Drained:
        """Processes queue messages until every trigger queue is empty and nothing runs.

        Messages that failed are waited for and tried again, up to the limit.

        Raises:
            WorkerError: the worker keeps dying.
        """
        return await self._queues.drain(limit)

    async def run_forever(self) -> None:
        """Runs timers by their schedules and queue functions by their messages, until cancelled.

        Raises:
            WorkerError: the worker keeps dying.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for name, schedule in self._schedules.items():
                    group.create_task(run_timer(schedule, self._config.clock, self._firing(name)))
                group.create_task(self._queues.listen())
        except* WorkerError as errors:
            raise errors.exceptions[0] from None

    def _firing(self, name: str) -> Callable[[], Awaitable[None]]:
        async def fire() -> None:
            try:
                await self.run_timer(name)
            except WorkerDiedError:
                return  # told already; the next occurrence gets a new worker

        return fire

    async def _run_queue(self, name: str, delivery: QueueDelivery) -> bool:
        result = await self._run(name, queue_input(delivery))
        if result.error:
            self._tell(name, None, result.error)
        return result.succeeded

    async def _run(self, name: str, given: TriggerInput) -> InvocationResult:
        result = await self._supervisor.call(name, lambda worker: worker.invoke(name, given))
        if not result.succeeded:
            return result
        try:
            queues = await self._outputs.send(name, result)
        except (AzureError, ValueError, TypeError) as error:
            # Sending belongs to the run, as in Azure: a run whose output is not sent has failed.
            text = f"The output of {name} could not be sent: {error}"
            return InvocationResult(result.invocation_id, succeeded=False, error=text)
        self._queues.wake(queues)
        return result

    def _require(self, name: str, trigger_type: str) -> None:
        of_type = [each.name for each in self.functions if each.trigger_type == trigger_type]
        if name not in of_type:
            raise WorkerError(
                f"There is no {trigger_type} function {name!r}; there is {', '.join(of_type)}."
            )

    def _report(self, function: str, outcome: Outcome | None, text: str) -> None:
        self._queues.count(outcome)
        self._tell(function, outcome, text)

    def _tell(self, function: str, outcome: Outcome | None, text: str) -> None:
        self._config.tell(HostEvent(function, outcome, text))

    def _close_queues(self) -> None:
        self._outputs.close()
        self._queues.close()
