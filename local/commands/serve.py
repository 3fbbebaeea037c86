"""`serve`: the app on this machine, with its timers, its queue and HTTP."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated

import typer
from rich.console import Console

from local.commands.options import DEFAULT_SETTINGS, AsJson, SettingsFile, number
from local.commands.session import settings_with_storage
from local.commands.show import Printer, short
from local.host.events import HostConfig, HostEvent
from local.run import APP, RUN_FOLDER
from local.serve.server import Serving, serve
from local.worker.invocation import LogLine

_TOLD = {"WARNING", "ERROR", "CRITICAL"}


def serve_app(
    port: Annotated[
        int,
        typer.Option(
            parser=number(0, 65_535), metavar="N", help="On 127.0.0.1 only; 0 takes a free one."
        ),
    ] = 7071,
    settings: SettingsFile = DEFAULT_SETTINGS,
    *,
    json: AsJson = False,
) -> None:
    """Run the app here until Ctrl-C: timers by their schedules, the queue, HTTP with a key."""
    out, err = Printer(Console()), Printer(Console(stderr=True))

    def on_start(serving: Serving) -> None:
        if json:
            timers = dict(serving.timers)
            out.json({"api": serving.api, "key": serving.key, "timers": timers})
        else:
            _print_start(out, serving)

    def on_stop() -> None:
        err.line("Stopping: what runs is finished first. Ctrl-C again ends it at once.")

    config = HostConfig(on_log=lambda line: _on_log(err, line), on_event=_telling(err))
    with settings_with_storage(settings) as values:
        asyncio.run(
            serve(
                APP,
                _with_points(values),
                port=port,
                config=config,
                on_start=on_start,
                on_stop=on_stop,
            )
        )


def _with_points(values: Mapping[str, str]) -> Mapping[str, str]:
    """Without InfluxDB points go to a file, as with `run`."""
    if values.get("INFLUXDB__URL"):
        return values
    return {"STEWARD_POINTS_FILE": str(RUN_FOLDER / "site" / "points.lp"), **values}


def _print_start(printer: Printer, serving: Serving) -> None:
    printer.line(f"Report: {serving.api}/report?code={serving.key}", style="bold")
    printer.line(f"Status: {serving.api}/status?code={serving.key}")
    printer.line("The key is new at every start; it opens this page for whoever has it.")
    for name, at in serving.timers.items():
        printer.line(f"{name} fires next at {short(at)} UTC")
    printer.line("Stop with Ctrl-C.")


def _telling(printer: Printer) -> Callable[[HostEvent], None]:
    def tell(event: HostEvent) -> None:
        outcome = f" {event.outcome}" if event.outcome else ""
        printer.line(f"{event.function or 'host'}{outcome}: {event.text}")

    return tell


def _on_log(printer: Printer, line: LogLine) -> None:
    if line.level in _TOLD and not line.is_system:
        name = line.extra.get("microsoft.custom_event.name")
        said = f"{name}: {line.extra['detail']}" if "detail" in line.extra else line.message
        printer.line(f"    {line.level.lower()}: {said}", style="yellow")
