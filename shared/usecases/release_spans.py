"""The spans of licenses on their way out: from the first DELETE to the read that confirms it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.domain import spans
from shared.domain.release import Outcome
from shared.domain.release_attempt import Attempt
from shared.usecases.ports import Span, Telemetry
from shared.usecases.release_report import about


@dataclass(frozen=True, slots=True)
class ReleaseSpans:
    """One span a license, with its id and never its holder."""

    telemetry: Telemetry
    _open: dict[str, Span] = field(default_factory=dict, init=False)

    def begin(self, attempts: Iterable[Attempt]) -> None:
        """These licenses are about to be deleted."""
        for attempt in attempts:
            if attempt.license_id not in self._open:
                attributes = {**about(attempt.message), "license_id": attempt.license_id}
                self._open[attempt.license_id] = self.telemetry.start_span(
                    spans.RELEASE_LICENSE, attributes
                )

    def settle(self, attempts: Iterable[Attempt]) -> None:
        """These licenses have their outcomes."""
        for attempt in attempts:
            span = self._open.pop(attempt.license_id, None)
            if span:
                span.note("deletes", attempt.deletes)
                span.note("outcome", attempt.record_now().outcome.value)
                span.end()

    def close(self) -> None:
        """Nobody will confirm the others in this run."""
        for span in self._open.values():
            span.note("outcome", Outcome.RELEASING.value)
            span.end()
        self._open.clear()
