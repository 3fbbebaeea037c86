"""Early warnings in the report: a heading for each kind, how much it presses, where to read on."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from shared.domain.early_warnings import WarningKind
from shared.domain.outlook import Outlook


@dataclass(frozen=True, slots=True)
class WarningWords:
    """A heading, what to do beyond what the sentence says, and the section to read on in."""

    title: str
    section: str
    advice: str = ""
    pressing: bool = False


_WORDS = {
    WarningKind.POOL_LOW: WarningWords("A pool is low", "pools"),
    WarningKind.POOL_RUNNING_OUT: WarningWords("A pool runs out soon", "pools"),
    WarningKind.POOL_EXCESS: WarningWords(
        "More is allocated than the license has", "pools", pressing=True
    ),
    WarningKind.SERVER_LICENSE_EXPIRING: WarningWords(
        "The site license ends soon", "state", "Renew it: nobody gets in after that."
    ),
    WarningKind.SERVER_LICENSE_EXPIRED: WarningWords(
        "The site license has expired", "state", "Install a new license.", pressing=True
    ),
    WarningKind.CERTIFICATE_EXPIRING: WarningWords(
        "The app's client certificate expires",
        "state",
        "Export a new one from the QMC and put it where the app settings say.",
    ),
    WarningKind.SECRET_EXPIRING: WarningWords(
        "A secret expires", "state", "Put a new version into the Key Vault."
    ),
    WarningKind.COLLECTION_MISSING: WarningWords(
        "Usage is not being collected", "state", pressing=True
    ),
    WarningKind.RELEASED_CAME_BACK: WarningWords("Many released users came back", "returned"),
    WarningKind.LEASE_REFUSALS: WarningWords("QlikView users may be refused", "leases"),
    WarningKind.LEASE_MACHINE_GROWING: WarningWords("A machine collects QlikView leases", "leases"),
    WarningKind.CALS_LOW: WarningWords("Named CALs are low", "leases"),
}
_UNKNOWN = WarningWords("Early warning", "pools")


def warning_todo(kind: WarningKind | None) -> WarningWords:
    """The words for a kind; None is one that was not kept."""
    return _WORDS[kind] if kind else _UNKNOWN


def told_warnings(outlook: Outlook | None) -> Iterator[tuple[WarningKind | None, str]]:
    """The warnings of the last collection, each with its kind where that was kept."""
    if outlook is None:
        return
    for sentence, kind in zip_longest(outlook.warnings, outlook.warning_kinds):
        if sentence is not None:
            yield (WarningKind(kind) if kind in set(WarningKind) else None), sentence
