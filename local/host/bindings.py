"""From raw bindings to what the host does: schedules, queue triggers, queue outputs."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from local.host.app_settings import SettingsError, connection_string, resolve
from local.host.queue_output import encode, messages
from local.host.queue_storage import StorageQueue
from local.host.queue_trigger import QueueTrigger
from local.host.schedule import Schedule, parse_schedule
from local.worker.invocation import BindingValue, FunctionMetadata, InvocationResult

_SUPPORTED: Final = frozenset({"timerTrigger", "queueTrigger", "httpTrigger", "queue", "http"})
_QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
_POISON = "-poison"


def check_supported(functions: Iterable[FunctionMetadata]) -> None:
    """Refuses bindings that this host would silently leave out.

    Raises:
        SettingsError: a function has such a binding.
    """
    for function in functions:
        for binding in function.bindings:
            if binding["type"] not in _SUPPORTED:
                raise SettingsError(
                    f"{function.name} has a {binding['type']} binding, which the local host does "
                    f"not know ({', '.join(sorted(_SUPPORTED))}). Use `func start` for it."
                )


def schedules(
    functions: Iterable[FunctionMetadata], settings: Mapping[str, str]
) -> dict[str, Schedule]:
    """Reads the schedules of timer functions, by function name.

    Raises:
        SettingsError: a schedule is missing or malformed.
    """
    return {
        each.name: _schedule(
            f"The schedule of {each.name}", str(each.trigger["schedule"]), settings
        )
        for each in functions
        if each.trigger_type == "timerTrigger"
    }


def queue_triggers(
    functions: Iterable[FunctionMetadata], settings: Mapping[str, str]
) -> list[QueueTrigger]:
    """Reads the triggers of queue functions.

    Raises:
        SettingsError: a queue name or connection is missing or malformed.
    """
    return [
        _queue_trigger(each, settings) for each in functions if each.trigger_type == "queueTrigger"
    ]


class QueueOutputs:
    """The queue output bindings of an app.

    Raises:
        SettingsError: a queue name or connection is missing or malformed.
    """

    def __init__(
        self,
        functions: Iterable[FunctionMetadata],
        settings: Mapping[str, str],
        *,
        as_base64: bool,
    ) -> None:
        self._as_base64 = as_base64
        self._queues = {
            (function.name, str(binding["name"])): _queue(function.name, binding, settings)
            for function in functions
            for binding in function.bindings
            if binding["type"] == "queue"
        }

    async def send(self, function: str, result: InvocationResult) -> set[str]:
        """Sends the output of a call; returns the names of the queues that got messages.

        Raises:
            TypeError: an output cannot be a message; nothing was sent.
            AzureError: the storage failed; part of the output may have been sent.
        """
        given = dict(result.outputs)
        if result.return_value is not None:
            given["$return"] = result.return_value
        letters = [
            (queue, encode(body, as_base64=self._as_base64))
            for name, value in given.items()
            if (queue := self._queues.get((function, name)))
            for body in messages(value)
        ]
        for queue, text in letters:
            await queue.put(text)
        return {queue.name for queue, _ in letters}

    def close(self) -> None:
        """Closes the connections."""
        for queue in self._queues.values():
            queue.close()


def _schedule(what: str, raw: str, settings: Mapping[str, str]) -> Schedule:
    where = f"{what}, {raw}," if "%" in raw else what
    return parse_schedule(resolve(raw, settings, what), where)


def _queue_trigger(function: FunctionMetadata, settings: Mapping[str, str]) -> QueueTrigger:
    queue = _queue(function.name, function.trigger, settings)
    # No poison queue for a poison queue, or where its name would be too long (facts: azure 2).
    poison_name = queue.name + _POISON
    has_poison = not queue.name.endswith(_POISON) and len(poison_name) <= 63
    return QueueTrigger(
        function.name,
        queue,
        _connect(function.name, poison_name, function.trigger, settings) if has_poison else None,
        str(function.trigger.get("dataType", "")).lower() == "binary",
    )


def _queue(
    function: str, binding: Mapping[str, BindingValue], settings: Mapping[str, str]
) -> StorageQueue:
    what = f"The queue name of {function}"
    name = resolve(str(binding["queueName"]), settings, what).lower()
    if not _QUEUE_NAME.fullmatch(name):
        raise SettingsError(
            f"{what} is {name!r}; a queue name has 3 to 63 lower-case letters, digits and single "
            "hyphens between them."
        )
    return _connect(function, name, binding, settings)


def _connect(
    function: str, name: str, binding: Mapping[str, BindingValue], settings: Mapping[str, str]
) -> StorageQueue:
    where = f"The queue binding of {function}"
    setting = str(binding.get("connection") or "AzureWebJobsStorage")
    try:
        return StorageQueue.connect(connection_string(setting, settings, where), name)
    except SettingsError:
        raise
    except ValueError as error:
        raise SettingsError(
            f"{where}: {setting} is no storage connection string: {error}"
        ) from None
