"""The release policy and the never-release rules of the seed document."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.model import AccessLicense, LicenseType
from shared.domain.never_release import FlagRule, NeverRelease
from shared.domain.plan import Action, Reason
from shared.domain.policy import days_unused, decide
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_policy, a_user, days_ago

UNUSED = a_license(last_used=days_ago(20))
NEVER_USED = a_license(last_used=None, created=days_ago(20))
NO_DATES = a_license(last_used=None, created=None)
IN_QUARANTINE = a_license(quarantined=True, quarantine_end=days_ago(-3))
OPEN_END = a_license(quarantined=True)


def test_a_license_unused_for_exactly_the_threshold_goes() -> None:
    """`now - last_used >= 30 x 24 h` releases, to the second."""
    decision = decide(a_license(last_used=days_ago(30)), a_user(), a_policy(), NOW)
    assert (decision.action, decision.reason) == (Action.RELEASE, Reason.UNUSED)


def test_a_license_unused_for_one_second_less_stays() -> None:
    """One second below the threshold keeps the license."""
    last_used = days_ago(30) + timedelta(seconds=1)
    decision = decide(a_license(last_used=last_used), a_user(), a_policy(), NOW)
    assert (decision.action, decision.reason) == (Action.KEEP, Reason.USED_RECENTLY)


@pytest.mark.parametrize(
    ("assigned", "reason"),
    [(31, Reason.NEVER_USED), (30, Reason.NEVER_USED), (29.9, Reason.ASSIGNED_RECENTLY)],
)
def test_a_never_used_license_is_as_old_as_its_assignment(assigned: float, reason: Reason) -> None:
    """The assignment date stands in for a last use that never was."""
    license_ = a_license(last_used=None, created=days_ago(assigned))
    assert decide(license_, a_user(), a_policy(), NOW).reason is reason


def test_a_license_without_any_date_stays() -> None:
    """Neither last use nor assignment known: there is nothing to judge by."""
    decision = decide(a_license(last_used=None, created=None), a_user(), a_policy(), NOW)
    assert (decision.action, decision.reason) == (Action.KEEP, Reason.AGE_UNKNOWN)


def test_a_quarantined_license_stays_and_says_until_when() -> None:
    """Quarantine is never touched."""
    license_ = a_license(quarantined=True, quarantine_end=days_ago(-3))
    decision = decide(license_, a_user(), a_policy(), NOW)
    assert decision.reason is Reason.QUARANTINED
    assert "2026-11-25" in decision.value


@pytest.mark.parametrize("has_user", [True, False])
def test_a_license_whose_user_is_not_visible_stays(has_user: bool) -> None:
    """Whether QRS names a user or not: without the user's data no rule can be checked."""
    decision = decide(a_license(has_user=has_user), None, a_policy(), NOW)
    assert (decision.action, decision.reason) == (Action.KEEP, Reason.USER_NOT_VISIBLE)


def test_a_type_without_a_threshold_is_not_released() -> None:
    """Only the enabled license types go."""
    policy = a_policy(types=[PROFESSIONAL])
    assert decide(a_license(), a_user(), policy, NOW).reason is Reason.TYPE_DISABLED


def test_each_type_has_its_own_threshold() -> None:
    """Ten days are enough for an analyzer license here, not for a professional one."""
    policy = replace(a_policy(), threshold_days={ANALYZER: 10, PROFESSIONAL: 40})
    actions = {
        t: decide(a_license(license_type=t, last_used=days_ago(20)), a_user(), policy, NOW).action
        for t in LicenseType
    }
    assert actions == {ANALYZER: Action.RELEASE, PROFESSIONAL: Action.KEEP}


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (NeverRelease(users=frozenset({"lab\\user1"})), Reason.NEVER_RELEASE_USER),
        (NeverRelease(tags=frozenset({"license do not release"})), Reason.NEVER_RELEASE_TAG),
        (
            NeverRelease(custom_properties=frozenset({("licensemanage", "do-not-release")})),
            Reason.NEVER_RELEASE_CUSTOM_PROPERTY,
        ),
        (NeverRelease(user_directories=frozenset({"lab"})), Reason.NEVER_RELEASE_USER_DIRECTORY),
    ],
)
def test_any_one_rule_keeps_a_license_whatever_the_case(
    rules: NeverRelease, reason: Reason
) -> None:
    """Names, directories, tags, property names and values compare case-insensitively."""
    user = a_user(
        directory="Lab",
        user_id="USER1",
        tags=["other", "License Do NOT Release"],
        properties=[("LicenseManage", "Do-Not-Release")],
    )
    decision = decide(a_license(user=user), user, a_policy(rules), NOW)
    assert (decision.action, decision.reason) == (Action.KEEP, reason)
    assert decision.value


def test_name_and_value_of_a_property_must_belong_together() -> None:
    """The right name on one property and the right value on another protect nobody."""
    user = a_user(properties=[("LicenseManage", "yes"), ("Other", "do-not-release")])
    rules = NeverRelease(custom_properties=frozenset({("licensemanage", "do-not-release")}))
    assert decide(a_license(), user, a_policy(rules), NOW).action is Action.RELEASE


def test_a_user_of_another_directory_is_not_the_protected_one() -> None:
    """A protected account is directory and id together."""
    rules = NeverRelease(users=frozenset({"internal\\user1"}))
    assert decide(a_license(), a_user(), a_policy(rules), NOW).action is Action.RELEASE


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("rule", list(FlagRule))
@pytest.mark.parametrize("name", ["inactive", "blocked", "removed_externally"])
def test_flag_rules_follow_the_truth_table(name: str, rule: FlagRule, flag: bool) -> None:
    """Yes keeps who has the flag, No keeps who has not, Ignore keeps nobody."""
    flags: dict[str, Any] = {name: flag}
    flag_rules: dict[str, Any] = {name: rule}
    user, rules = replace(a_user(), **flags), replace(NeverRelease(), **flag_rules)
    kept = decide(a_license(), user, a_policy(rules), NOW).action is Action.KEEP
    assert kept is {FlagRule.YES: flag, FlagRule.NO: not flag, FlagRule.IGNORE: False}[rule]


def test_the_fingerprint_changes_with_the_policy_only() -> None:
    """Equal policies have equal fingerprints, and a changed rule changes it."""
    one, two = a_policy(NeverRelease(tags=frozenset({"a", "b"}))), a_policy(days=31)
    assert one.fingerprint() == a_policy(NeverRelease(tags=frozenset({"b", "a"}))).fingerprint()
    assert one.fingerprint() != two.fingerprint()


SINCE = "2026-11-02T02:30:00+00:00, 20.0 days ago; threshold"


@pytest.mark.parametrize(
    ("license_", "days", "reason", "value"),
    [
        (UNUSED, 30, Reason.USED_RECENTLY, f"last used {SINCE} 30 days"),
        (UNUSED, 20, Reason.UNUSED, f"last used {SINCE} 20 days"),
        (NEVER_USED, 30, Reason.ASSIGNED_RECENTLY, f"assigned, never used, {SINCE} 30 days"),
        (NEVER_USED, 9, Reason.NEVER_USED, f"assigned, never used, {SINCE} 9 days"),
        (NO_DATES, 30, Reason.AGE_UNKNOWN, "neither lastUsed nor createdDate is known"),
        (IN_QUARANTINE, 30, Reason.QUARANTINED, "until 2026-11-25T02:30:00+00:00"),
        (OPEN_END, 30, Reason.QUARANTINED, ""),
    ],
)
def test_every_decision_says_what_its_rule_saw(
    license_: AccessLicense, days: int, reason: Reason, value: str
) -> None:
    """The evidence is a sentence that an auditor can check."""
    decision = decide(license_, a_user(), a_policy(days=days), NOW)
    assert (decision.license, decision.reason, decision.value) == (license_, reason, value)


def test_a_type_that_is_off_and_a_hidden_user_are_named() -> None:
    """The type, and the account that could not be read."""
    off = decide(UNUSED, a_user(), a_policy(types=[PROFESSIONAL]), NOW)
    hidden = decide(UNUSED, None, a_policy(), NOW)
    assert (off.license, off.reason, off.value) == (UNUSED, Reason.TYPE_DISABLED, "analyzer")
    assert (hidden.license, hidden.value) == (UNUSED, "LAB\\user1")


@pytest.mark.parametrize(("flag", "shown"), [(True, "yes"), (False, "no")])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("inactive", Reason.NEVER_RELEASE_INACTIVE),
        ("blocked", Reason.NEVER_RELEASE_BLOCKED),
        ("removed_externally", Reason.NEVER_RELEASE_REMOVED_EXTERNALLY),
    ],
)
def test_a_flag_that_keeps_is_named_with_its_value(
    name: str, reason: Reason, flag: bool, shown: str
) -> None:
    """Both rules: Yes with the flag, No without it."""
    flags: dict[str, Any] = {name: flag}
    rule: dict[str, Any] = {name: FlagRule.YES if flag else FlagRule.NO}
    decision = decide(a_license(), replace(a_user(), **flags), a_policy(NeverRelease(**rule)), NOW)
    assert (decision.reason, decision.value) == (reason, shown)


def test_a_license_without_dates_has_no_days() -> None:
    """Nothing is known, so nothing is counted."""
    assert days_unused(NO_DATES, NOW) == 0.0
    assert days_unused(UNUSED, NOW) == 20.0


def test_the_fingerprint_is_short() -> None:
    """Sixteen hexadecimal digits go into records and messages for people."""
    assert len(a_policy().fingerprint()) == 16
