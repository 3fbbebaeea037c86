"""Tell what became of a message's licenses: points, a notice, an event."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.domain import events
from shared.domain.messages import CandidateMessage
from shared.domain.notice import Notice, NoticeKind
from shared.domain.points import release_point
from shared.domain.release import Outcome, ReleaseRecord
from shared.usecases.ports import Clock, Notifier, PointWriter, Telemetry
from shared.usecases.write_points import write_points


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """Where the news of releases go. `static_tags` go onto every point."""

    static_tags: Mapping[str, str]
    points: PointWriter
    notifier: Notifier
    telemetry: Telemetry
    clock: Clock

    async def write_points(self, site: str, records: Iterable[ReleaseRecord]) -> None:
        """A point for each license that went; writing it again changes nothing.

        Raises:
            PointsError: not all points are written.
        """
        points = [
            release_point(
                site=site,
                license_type=record.license_type,
                account=record.account,
                days_since_last_use=record.days_unused or 0.0,
                released_at=record.finished_at or record.started_at,
                static_tags=self.static_tags,
            )
            for record in records
            if record.outcome.is_release
        ]
        await write_points(self.points, points, site=site, telemetry=self.telemetry)

    async def notify(self, message: CandidateMessage, records: Iterable[ReleaseRecord]) -> None:
        """Tell people that licenses went, if any did."""
        outcomes = Counter(record.outcome for record in records)
        gone = sum(number for outcome, number in outcomes.items() if outcome.is_release)
        if not gone:
            return
        await self.notifier.notify(
            Notice(
                kind=NoticeKind.LICENSES_RELEASED,
                site=message.site,
                title=f"{gone} {message.license_type} licenses released at {message.site}",
                text="They were not used for longer than the policy allows.",
                at=self.clock(),
                figures={"plan": message.plan_id, **{o.value: n for o, n in outcomes.items()}},
            )
        )

    def finished(self, message: CandidateMessage, outcomes: Mapping[Outcome, int]) -> None:
        """The event that a message is done."""
        self.telemetry.emit(
            events.RELEASES_FINISHED,
            {
                **about(message),
                "released": outcomes.get(Outcome.RELEASED, 0),
                "quarantined": outcomes.get(Outcome.RELEASED_TO_QUARANTINE, 0),
                "already_gone": outcomes.get(Outcome.ALREADY_GONE, 0),
                "kept": sum(n for o, n in outcomes.items() if o.is_kept),
            },
        )


def about(message: CandidateMessage) -> dict[str, str]:
    """The dimensions that name a message in events."""
    return {
        "site": message.site,
        "plan_id": message.plan_id,
        "license_type": message.license_type.value,
    }
