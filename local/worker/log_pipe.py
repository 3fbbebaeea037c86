"""The worker's side of the answer pipe, and the log handler that writes to it."""

import json
import logging
import os
import threading
from contextvars import ContextVar

from local.worker.protocol import Answer, Log

# What every record has; anything else came from `extra=`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_TRACEBACK = logging.Formatter()


class AnswerPipe:
    """Writes answers to the host.

    Writing blocks until the host has taken it, from any thread: what was logged before a crash has
    left the process.
    """

    def __init__(self, descriptor: int) -> None:
        self._pipe = os.fdopen(descriptor, "wb", buffering=0)
        self._lock = threading.Lock()

    def send(self, answer: Answer) -> None:
        """Sends one answer as one line."""
        rest = memoryview(json.dumps(answer).encode() + b"\n")
        with self._lock:
            while rest:
                rest = rest[self._pipe.write(rest) :]


class PipeLogHandler(logging.Handler):
    """Sends log records to the host, with the invocation they belong to and their extra fields."""

    def __init__(self, answers: AnswerPipe, invocation: ContextVar[str | None]) -> None:
        super().__init__()
        self._answers = answers
        self._invocation = invocation

    def emit(self, record: logging.LogRecord) -> None:
        """Sends one record; a record that cannot be formatted goes to stderr, as logging does."""
        try:
            self._answers.send(self._describe(record))
        except Exception:  # noqa: BLE001 - logging's own contract: a log line never breaks the app
            self.handleError(record)

    def _describe(self, record: logging.LogRecord) -> Log:
        return {
            "type": "log",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "invocation_id": self._invocation.get(),
            "extra": {
                name: value
                for name, value in vars(record).items()
                if name not in _STANDARD
                and (value is None or isinstance(value, str | int | float | bool))
            },
            "exception": (
                _TRACEBACK.formatException(record.exc_info)
                if record.exc_info and record.exc_info[0]
                else None
            ),
        }
