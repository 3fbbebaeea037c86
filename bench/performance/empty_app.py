"""An app with the functions and triggers of another, and no code: what indexing costs alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from local.worker.invocation import BindingValue, FunctionMetadata

type Binding = Mapping[str, BindingValue]

_HEAD = """import typing

import azure.functions as func

app = func.FunctionApp()
"""


def write_empty_app(folder: Path, functions: Iterable[FunctionMetadata], host_json: Path) -> None:
    """Write function_app.py and host.json of the empty app."""
    text = "\n".join([_HEAD, *(_function(each) for each in functions)])
    (folder / "function_app.py").write_text(text)
    (folder / "host.json").write_bytes(host_json.read_bytes())


def _function(function: FunctionMetadata) -> str:
    decorators = [_decorator(binding) for binding in function.bindings]
    lines = [f"\n@app.function_name({function.name!r})", *filter(None, decorators)]
    arguments = ", ".join(filter(None, map(_argument, function.bindings)))
    is_http = function.trigger["type"] == "httpTrigger"
    returned = "func.HttpResponse" if is_http else "None"
    value = "func.HttpResponse()" if is_http else "None"
    lines += [f"async def {function.name}({arguments}) -> {returned}:", f"    return {value}", ""]
    return "\n".join(lines)


def _decorator(binding: Binding) -> str:
    name = binding["name"]
    match binding["type"]:
        case "timerTrigger":
            given = f"schedule={binding['schedule']!r}, run_on_startup=False, use_monitor=True"
            return f"@app.timer_trigger(arg_name={name!r}, {given})"
        case "queueTrigger" | "queue" as kind:
            maker = "queue_trigger" if kind == "queueTrigger" else "queue_output"
            queue, connection = binding["queueName"], binding["connection"]
            given = f"queue_name={queue!r}, connection={connection!r}"
            return f"@app.{maker}(arg_name={name!r}, {given})"
        case "httpTrigger":
            given = f"route={binding['route']!r}, methods={binding['methods']!r}"
            return f"@app.route({given}, auth_level=func.AuthLevel.FUNCTION)"
        case "http":
            return ""  # the answer: it comes with the trigger
        case kind:
            raise ValueError(f"the empty app can't have a binding {kind!r} yet")


def _argument(binding: Binding) -> str:
    kinds = {
        "timerTrigger": "func.TimerRequest",
        "queueTrigger": "func.QueueMessage",
        "httpTrigger": "func.HttpRequest",
        "queue": "func.Out[typing.List[str]]",
    }
    kind = kinds.get(str(binding["type"]))
    return f"{binding['name']}: {kind}" if kind else ""
