"""Each rule of the policy and its answer for one license, so that people can follow a decision.

`policy.decide` stops at the first rule that keeps a license; here all of them are asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.model import AccessLicense, User
from shared.domain.never_release import FlagRule, protections
from shared.domain.plan import Reason
from shared.domain.policy import ReleasePolicy, days_unused


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What one rule says.

    Attributes:
        rule: its name, which is the reason that a plan gives when the rule decides.
        keeps: whether the rule keeps the license; None when it can't be asked.
        answer: what it saw, in words.
    """

    rule: Reason
    keeps: bool | None
    answer: str


def rule_answers(
    license_: AccessLicense, user: User | None, policy: ReleasePolicy, now: datetime
) -> tuple[RuleAnswer, ...]:
    """Every rule in the order in which `decide` asks: the first that keeps is the decision's.

    Args:
        license_: the license as QRS shows it now.
        user: its user in full, or None when this account can't see the user.
        policy: thresholds and never-release rules.
        now: the moment of the question, timezone-aware.
    """
    return (
        _type(license_, policy),
        _quarantine(license_),
        _visible(license_, user),
        _age(license_, policy, now),
        *_protections(user, policy),
    )


def _type(license_: AccessLicense, policy: ReleasePolicy) -> RuleAnswer:
    enabled = license_.license_type in policy.threshold_days
    said = "may be released" if enabled else "are not released at all"
    text = f"{license_.license_type} licenses {said}"
    return RuleAnswer(Reason.TYPE_DISABLED, not enabled, text)


def _quarantine(license_: AccessLicense) -> RuleAnswer:
    if not license_.quarantined:
        return RuleAnswer(Reason.QUARANTINED, keeps=False, answer="not in quarantine")
    end = license_.quarantine_end
    until = f" until {end.isoformat(timespec='seconds')}" if end else ""
    return RuleAnswer(Reason.QUARANTINED, keeps=True, answer=f"in quarantine{until}")


def _visible(license_: AccessLicense, user: User | None) -> RuleAnswer:
    if user is not None:
        return RuleAnswer(Reason.USER_NOT_VISIBLE, keeps=False, answer=f"{user.account} is visible")
    name = license_.account or "the user"
    return RuleAnswer(
        Reason.USER_NOT_VISIBLE, keeps=True, answer=f"{name} is deleted, or hidden from this app"
    )


def _age(license_: AccessLicense, policy: ReleasePolicy, now: datetime) -> RuleAnswer:
    used = license_.last_used is not None
    rule = Reason.USED_RECENTLY if used else Reason.ASSIGNED_RECENTLY
    since, days = license_.unused_since, policy.threshold_days.get(license_.license_type)
    if since is None:
        text = "neither the last use nor the assignment is known"
        return RuleAnswer(Reason.AGE_UNKNOWN, keeps=True, answer=text)
    ago = f"{days_unused(license_, now):.1f} days ago, at {since.isoformat(timespec='seconds')}"
    what = f"last used {ago}" if used else f"never used, assigned {ago}"
    if days is None:
        return RuleAnswer(rule, keeps=None, answer=f"{what}; this type has no threshold")
    keeps = now - since < timedelta(days=days)
    return RuleAnswer(rule, keeps, f"{what}; the threshold is {days} days")


def _protections(user: User | None, policy: ReleasePolicy) -> Iterator[RuleAnswer]:
    if user is None:
        for rule in _ASKED:
            yield RuleAnswer(rule, keeps=None, answer="can't be asked without the user")
        return
    found: dict[Reason, list[str]] = {}
    for protection in protections(user, policy.never_release):
        found.setdefault(protection.reason, []).append(protection.value)
    for rule in _ASKED:
        values = found.get(rule)
        if values:
            yield RuleAnswer(rule, keeps=True, answer=f"protected by {', '.join(values)}")
        else:
            yield RuleAnswer(rule, keeps=False, answer=_unprotected(rule, user, policy))


_ASKED = (
    Reason.NEVER_RELEASE_USER,
    Reason.NEVER_RELEASE_TAG,
    Reason.NEVER_RELEASE_CUSTOM_PROPERTY,
    Reason.NEVER_RELEASE_USER_DIRECTORY,
    Reason.NEVER_RELEASE_INACTIVE,
    Reason.NEVER_RELEASE_BLOCKED,
    Reason.NEVER_RELEASE_REMOVED_EXTERNALLY,
)


def _unprotected(rule: Reason, user: User, policy: ReleasePolicy) -> str:
    """What the user has that no entry of the rule names."""
    rules = policy.never_release
    properties = [f"{prop.name}={prop.value}" for prop in user.custom_properties]
    match rule:
        case Reason.NEVER_RELEASE_USER:
            return _named_none([user.account], len(rules.users))
        case Reason.NEVER_RELEASE_TAG:
            return _named_none(user.tags, len(rules.tags))
        case Reason.NEVER_RELEASE_CUSTOM_PROPERTY:
            return _named_none(properties, len(rules.custom_properties))
        case Reason.NEVER_RELEASE_USER_DIRECTORY:
            return _named_none([user.directory], len(rules.user_directories))
        case Reason.NEVER_RELEASE_INACTIVE:
            return _flag(rules.inactive, flag=user.inactive)
        case Reason.NEVER_RELEASE_BLOCKED:
            return _flag(rules.blocked, flag=user.blocked)
        case _:
            return _flag(rules.removed_externally, flag=user.removed_externally)


def _named_none(has: list[str] | tuple[str, ...], entries: int) -> str:
    what = ", ".join(has) or "nothing"
    return f"the user has {what}; none of {entries} entries of the setting names it"


def _flag(rule: FlagRule, *, flag: bool) -> str:
    return f"the user's flag is {'yes' if flag else 'no'}, the setting is {rule.value}"
