"""Never-release rules: whose access license stays, whatever its age.

Source: seed document 000, `licenseRelease.neverRelease`. Any one rule is enough to keep a license.
Names and values compare case-insensitively and without surrounding blanks (design, "Decisions").
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.model import User
from shared.domain.plan import Reason


class FlagRule(StrEnum):
    """What a user flag (inactive, blocked, removed externally) means for release.

    YES keeps the licenses of users that have the flag, NO keeps those of users that do not have it,
    IGNORE disregards the flag.
    """

    IGNORE = "ignore"
    YES = "yes"
    NO = "no"

    def protects(self, *, flag: bool) -> bool:
        """True when this rule keeps the license of a user whose flag is `flag`."""
        return self is (FlagRule.YES if flag else FlagRule.NO)


def fold(text: str) -> str:
    """The form in which two names are compared: Unicode-composed, caseless, no outer blanks."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


@dataclass(frozen=True, slots=True)
class NeverRelease:
    r"""The never-release rules of a site, every name already folded.

    `users` holds accounts as `directory\user_id`, `custom_properties` pairs of name and value.
    """

    users: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    user_directories: frozenset[str] = frozenset()
    custom_properties: frozenset[tuple[str, str]] = frozenset()
    inactive: FlagRule = FlagRule.IGNORE
    blocked: FlagRule = FlagRule.IGNORE
    removed_externally: FlagRule = FlagRule.IGNORE


@dataclass(frozen=True, slots=True)
class Protection:
    """A never-release rule that holds for a user, and what it matched."""

    reason: Reason
    value: str


def protections(user: User, rules: NeverRelease) -> Iterator[Protection]:
    """Every never-release rule that holds for the user, in the order of the seed document."""
    for check in _CHECKS:
        yield from check(user, rules)


def _by_user(user: User, rules: NeverRelease) -> Iterator[Protection]:
    if f"{fold(user.directory)}\\{fold(user.user_id)}" in rules.users:
        yield Protection(Reason.NEVER_RELEASE_USER, user.account)


def _by_tag(user: User, rules: NeverRelease) -> Iterator[Protection]:
    for tag in user.tags:
        if fold(tag) in rules.tags:
            yield Protection(Reason.NEVER_RELEASE_TAG, tag)


def _by_custom_property(user: User, rules: NeverRelease) -> Iterator[Protection]:
    for prop in user.custom_properties:
        if (fold(prop.name), fold(prop.value)) in rules.custom_properties:
            yield Protection(Reason.NEVER_RELEASE_CUSTOM_PROPERTY, f"{prop.name}={prop.value}")


def _by_user_directory(user: User, rules: NeverRelease) -> Iterator[Protection]:
    if fold(user.directory) in rules.user_directories:
        yield Protection(Reason.NEVER_RELEASE_USER_DIRECTORY, user.directory)


def _by_flags(user: User, rules: NeverRelease) -> Iterator[Protection]:
    flags = (
        (Reason.NEVER_RELEASE_INACTIVE, rules.inactive, user.inactive),
        (Reason.NEVER_RELEASE_BLOCKED, rules.blocked, user.blocked),
        (
            Reason.NEVER_RELEASE_REMOVED_EXTERNALLY,
            rules.removed_externally,
            user.removed_externally,
        ),
    )
    for reason, rule, flag in flags:
        if rule.protects(flag=flag):
            yield Protection(reason, "yes" if flag else "no")


_CHECKS: tuple[Callable[[User, NeverRelease], Iterator[Protection]], ...] = (
    _by_user,
    _by_tag,
    _by_custom_property,
    _by_user_directory,
    _by_flags,
)
