"""One thing that an administrator must do, and how much it presses."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How much it presses; the most pressing is the lowest."""

    DANGER = 0
    WARNING = 1
    NOTE = 2


@dataclass(frozen=True, slots=True)
class Todo:
    """Something to do: what it is, the details in a sentence, what to do, and where to read on.

    `section` is the id of a section of the report.
    """

    severity: Severity
    title: str
    detail: str
    advice: str
    section: str
