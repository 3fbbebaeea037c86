"""What a report is made of: everything that was read from the ledger, at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.breaker import Breaker
from shared.domain.early_warnings import EarlyWarning, Thresholds
from shared.domain.leases.history import LeaseCounts, LeaseLook
from shared.domain.leases.slot_evidence import SlotEvidence
from shared.domain.leases.survey import LeaseSurvey
from shared.domain.model import UsageSnapshot
from shared.domain.outlook import Outlook
from shared.domain.plan import Decision, Plan
from shared.domain.release import ReleaseRecord
from shared.domain.runs import RefusedMessage, Run
from shared.domain.switches import Switches


@dataclass(frozen=True, slots=True)
class LeaseFacts:
    """QlikView leases: the last look as it stands now, and the counts of earlier looks.

    Attributes:
        look: what the servers told.
        surveys: of each QlikView Server, against the present time.
        evidence: what the site's own history says about when a slot frees.
        history: counts of the looks, oldest first.
        warnings: early warnings about leases.
    """

    look: LeaseLook
    surveys: tuple[LeaseSurvey, ...]
    evidence: SlotEvidence
    history: Sequence[LeaseCounts]
    warnings: tuple[EarlyWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the ledger says of a site.

    Attributes:
        site: the site's name.
        now: the moment of the report, UTC.
        switches: what holds releases back.
        thresholds: of early warnings.
        runs: the last run of each function.
        refused: messages that were not acted upon, newest first; settled ones too.
        breaker: of QRS; None when it never failed.
        history: usage snapshots, oldest first.
        outlook: what the last collection foresaw; None before the first one.
        plan: the newest plan's header; None when there was none.
        decisions: of that plan.
        releases: as far back as the history goes, the earliest begun first.
        leases: None when no QlikView is configured, or leases were never collected.
        qlikview: whether QlikView is configured.
    """

    site: str
    now: datetime
    switches: Switches
    thresholds: Thresholds
    runs: Sequence[Run] = ()
    refused: Sequence[RefusedMessage] = ()
    breaker: Breaker | None = None
    history: Sequence[UsageSnapshot] = ()
    outlook: Outlook | None = None
    plan: Plan | None = None
    decisions: Sequence[Decision] = field(default=())
    releases: Sequence[ReleaseRecord] = ()
    leases: LeaseFacts | None = None
    qlikview: bool = False
