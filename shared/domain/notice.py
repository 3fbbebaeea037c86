"""What the webhook tells people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """The occasions; an operator chooses among them in WEBHOOK__EVENTS."""

    LICENSES_MARKED = "licenses.marked"
    LICENSES_RELEASED = "licenses.released"
    PLAN_WAITING = "plan.waiting"


@dataclass(frozen=True, slots=True)
class Notice:
    """One occasion, with a title and a sentence for people and figures for programs."""

    kind: NoticeKind
    site: str
    title: str
    text: str
    at: datetime
    figures: Mapping[str, str | int] = field(default_factory=dict)
