"""A worker on one message, and what it was shown: the only things that it may act upon."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.messages import CandidateMessage
from shared.domain.model import AccessLicense, LicenseType, User
from shared.domain.policy import ReleasePolicy
from shared.domain.release import ReleaseRecord
from shared.usecases.release_licenses import ReleaseRun
from tests.unit.stateful.little_queue import Queued
from tests.unit.stateful.steps import Steps


@dataclass
class Look:
    """The worker's latest read by ids, the users it read after that, and the DELETEs since."""

    at: datetime
    rows: Mapping[str, AccessLicense]
    users: Mapping[str, User] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)


@dataclass
class Worker:
    """One run of `release_licenses`; `message` is None when the text can't be read.

    `reserved` is the day under which it took down each license that it was about to delete;
    `unconfirmed` are those of them that have no outcome by it, or only that it failed;
    `overlapped` is True when another worker had licenses of the same plan at the same time.
    """

    queued: Queued
    message: CandidateMessage | None
    policy: ReleasePolicy
    started_at: datetime
    approved: bool
    steps: Steps = field(default_factory=Steps)
    task: asyncio.Task[ReleaseRun] | None = None
    look: Look | None = None
    recalled: Mapping[str, ReleaseRecord] = field(default_factory=dict)
    allocated: Mapping[LicenseType, int] = field(default_factory=dict)
    overlapped: bool = False
    unconfirmed: set[str] = field(default_factory=set)
    reserved: dict[str, str] = field(default_factory=dict)

    @property
    def plan_id(self) -> str:
        """The plan of its message."""
        return self.message.plan_id if self.message else ""

    @property
    def done(self) -> bool:
        """True when nothing more will happen."""
        return self.task is not None and self.task.done()
