"""The words of the report for what records call by names, and names made safe to look at."""

import unicodedata
from datetime import date, datetime

from shared.domain.plan import Action, PlanStatus, Reason
from shared.domain.release import Outcome

ACTIONS = {Action.RELEASE: "goes", Action.DEFER: "waits", Action.KEEP: "stays"}

REASONS = {
    Reason.UNUSED: "not used for long",
    Reason.NEVER_USED: "never used",
    Reason.QUARANTINED: "in quarantine",
    Reason.USER_NOT_VISIBLE: "user not visible",
    Reason.USED_RECENTLY: "used recently",
    Reason.ASSIGNED_RECENTLY: "assigned recently",
    Reason.AGE_UNKNOWN: "age unknown",
    Reason.TYPE_DISABLED: "license type switched off",
    Reason.NEVER_RELEASE_USER: "never release: user",
    Reason.NEVER_RELEASE_USER_DIRECTORY: "never release: user directory",
    Reason.NEVER_RELEASE_TAG: "never release: tag",
    Reason.NEVER_RELEASE_CUSTOM_PROPERTY: "never release: custom property",
    Reason.NEVER_RELEASE_INACTIVE: "never release: inactive",
    Reason.NEVER_RELEASE_BLOCKED: "never release: blocked",
    Reason.NEVER_RELEASE_REMOVED_EXTERNALLY: "never release: removed externally",
    Reason.IN_GRACE: "in grace",
    Reason.ENOUGH_AVAILABLE: "enough available",
    Reason.OVER_MAX_PERCENT_PER_RUN: "over the percentage per run",
    Reason.OVER_MAX_PER_RUN: "over the number per run",
}

PLAN_STATUSES = {
    PlanStatus.DRY_RUN: "dry run: recorded only, nothing was queued",
    PlanStatus.NOT_CONFIRMED: "recorded only: LICENSE_RELEASE__CONFIRM_SITE is not this site",
    PlanStatus.STOPPED: "recorded only: LICENSE_RELEASE__STOP is set",
    PlanStatus.WAITING_FOR_APPROVAL: "waiting for approval",
    PlanStatus.QUEUED: "queued for release",
}

OUTCOMES = {
    Outcome.RELEASING: "begun, outcome unknown",
    Outcome.RELEASED: "released",
    Outcome.RELEASED_TO_QUARANTINE: "released, in quarantine",
    Outcome.ALREADY_GONE: "already gone",
    Outcome.KEPT_USED_SINCE: "kept: used since",
    Outcome.KEPT_REASSIGNED: "kept: assigned anew",
    Outcome.KEPT_CHANGED: "kept: changed",
    Outcome.KEPT_QUARANTINED: "kept: in quarantine",
    Outcome.KEPT_PROTECTED: "kept: never-release rule",
    Outcome.KEPT_USER_NOT_VISIBLE: "kept: user not visible",
    Outcome.KEPT_BY_POLICY: "kept: by policy",
    Outcome.KEPT_OVER_CAP: "kept: over the cap",
    Outcome.KEPT_STOPPED: "kept: stopped",
    Outcome.FAILED: "failed, tried again later",
}

# Joiners belong to the spelling of names in several scripts.
_JOINERS = {"\u200c", "\u200d"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text with what can't be seen made visible, like `[U+202E]`.

    A name may hold characters that turn the reading direction around or break the line, so that
    it passes for another one.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def minute(moment: datetime | None) -> str:
    """A moment to the minute; the report says once that all of them are UTC."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def day(moment: date | None) -> str:
    """A day, like 4 Mar 2027."""
    return "" if moment is None else f"{moment.day} {moment:%b %Y}"


def ended(text: str) -> str:
    """The text as a sentence: with a full stop where it has none."""
    return text if text.endswith((".", ")", "!", "?")) else f"{text}."


def plural(number: int, thing: str, things: str = "") -> str:
    """`1 license`, `2 licenses`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def _visible(char: str) -> str:
    if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE:
        return char
    return f"[U+{ord(char):04X}]"
