"""Events as structured log lines; Application Insights shows them as custom events."""

import json
import logging
from collections.abc import Mapping

from shared.domain.events import Event, Level

_LEVELS = {Level.INFO: logging.INFO, Level.WARNING: logging.WARNING, Level.ERROR: logging.ERROR}
# The name under which the Azure Monitor exporter sends a log record as a custom event.
_CUSTOM_EVENT = "microsoft.custom_event.name"


# They log every request at INFO: noise, ids in URLs, and a loop once logs are sent by requests.
_CHATTY = ("azure.core.pipeline.policies.http_logging_policy", "azure.identity", "httpx")


def quiet_libraries() -> None:
    """Let libraries log warnings and errors only."""
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class LogTelemetry:
    """Writes each event as one line, `name {json}`, its dimensions also as record attributes."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("steward")

    def emit(self, event: Event, dimensions: Mapping[str, object]) -> None:
        """Log the event.

        Raises:
            ValueError: the dimensions are not exactly those that the catalogue names.
        """
        if set(dimensions) != set(event.dimensions):
            raise ValueError(f"{event.name} takes {event.dimensions}, not {tuple(dimensions)}")
        text = json.dumps(dict(dimensions), default=str, ensure_ascii=False)
        extra = {**dimensions, _CUSTOM_EVENT: event.name}
        self._logger.log(_LEVELS[event.level], "%s %s", event.name, text, extra=extra)
