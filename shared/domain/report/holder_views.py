"""Who holds the licenses, in the report: by user directory and by a custom property."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.holders import Counted, GroupKind
from shared.domain.outlook import HolderCounts, HolderGroup, Outlook
from shared.domain.report.series import Bar, Meaning, bars
from shared.domain.report.words import minute, visible

_HEADINGS = {
    GroupKind.USER_DIRECTORY: "By user directory",
    GroupKind.CUSTOM_PROPERTY: "By custom property",
}
_WORDS = {
    Counted.HOLDERS: "held",
    Counted.NEVER_USED: "never used",
    Counted.UNUSED_30: "unused for 30 days",
    Counted.UNUSED_60: "unused for 60 days",
    Counted.UNUSED_90: "unused for 90 days",
    Counted.LEFT: "holder has left",
    Counted.BOTH_TYPES: "holder has both types",
    Counted.OWNS_NOTHING: "holder owns nothing",
    Counted.NOT_VISIBLE: "holder not visible",
    Counted.QUARANTINED: "in quarantine",
}


@dataclass(frozen=True, slots=True)
class GroupBars:
    """The groups of one kind of one license type; the unused part of each bar comes first."""

    heading: str
    license_type: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class HoldersView:
    """Who holds what: rows of counts by license type, and the groups as bars.

    `rows` are (what is counted, one number for each of `types`); "" is what was not asked.
    """

    as_of: str
    types: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    groups: tuple[GroupBars, ...]


def holders_view(outlook: Outlook | None) -> HoldersView | None:
    """The holders as of the last collection; None when they were not asked for."""
    if outlook is None or not outlook.holders:
        return None
    found = sorted(outlook.holders, key=lambda one: one.license_type, reverse=True)
    return HoldersView(
        minute(outlook.at),
        tuple(one.license_type for one in found),
        tuple(_rows(found)),
        tuple(_groups(found)),
    )


def _rows(found: Sequence[HolderCounts]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for counted, words in _WORDS.items():
        numbers = tuple(
            f"{number:,}" if (number := one.counts.get(counted.value)) is not None else ""
            for one in found
        )
        if any(numbers):
            yield words, numbers


def _groups(found: Sequence[HolderCounts]) -> Iterator[GroupBars]:
    for kind, heading in _HEADINGS.items():
        for one in found:
            mine = [group for group in one.groups if group.kind == kind.value]
            groups = [group for group in mine if group.counts.get(Counted.HOLDERS.value)]
            if groups:
                yield GroupBars(heading, one.license_type, bars(map(_bar, groups)))


def _bar(group: HolderGroup) -> tuple[str, list[tuple[str, Meaning, float]], str]:
    held = group.counts.get(Counted.HOLDERS.value, 0)
    unused = min(held, _unused(group.counts))
    parts = [
        ("unused for 30 days", Meaning.MAIN, float(unused)),
        ("used", Meaning.OTHER, float(held - unused)),
    ]
    return visible(group.value), parts, f"{unused:,} of {held:,}"


def _unused(counts: Mapping[str, int]) -> int:
    return counts.get(Counted.UNUSED_30.value, 0)
