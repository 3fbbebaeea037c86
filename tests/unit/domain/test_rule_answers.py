"""Each rule's answer agrees with the decision that the policy makes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.model import AccessLicense, LicenseType, User
from shared.domain.never_release import FlagRule, NeverRelease
from shared.domain.plan import Action, Reason
from shared.domain.policy import ReleasePolicy, decide
from shared.domain.rule_answers import RuleAnswer, rule_answers
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_policy, a_user, days_ago

moments = st.none() | st.integers(0, 90).map(lambda days: NOW - timedelta(days=days, seconds=-1))
names = st.sampled_from(["anna", "ANNA", "ben"])
flags = st.sampled_from(FlagRule)
users = st.builds(
    a_user,
    directory=st.sampled_from(["LAB", "lab", "SALES"]),
    user_id=names,
    tags=st.lists(st.sampled_from(["keep", "Keep", "other"]), max_size=2),
    properties=st.lists(st.sampled_from([("p", "v"), ("P", "V"), ("p", "w")]), max_size=2),
    inactive=st.booleans(),
    blocked=st.booleans(),
    removed_externally=st.booleans(),
)
rules = st.builds(
    NeverRelease,
    users=st.frozensets(st.sampled_from(["lab\\anna", "sales\\ben"])),
    tags=st.frozensets(st.just("keep")),
    user_directories=st.frozensets(st.sampled_from(["lab", "sales"])),
    custom_properties=st.frozensets(st.just(("p", "v"))),
    inactive=flags,
    blocked=flags,
    removed_externally=flags,
)
policies = st.builds(
    ReleasePolicy, st.dictionaries(st.sampled_from(LicenseType), st.integers(0, 60)), rules
)
licenses = st.builds(
    a_license,
    license_type=st.sampled_from(LicenseType),
    last_used=moments,
    created=moments,
    quarantined=st.booleans(),
    quarantine_end=moments,
)


def answer_of(answers: tuple[RuleAnswer, ...], rule: Reason) -> RuleAnswer:
    """The answer of one rule."""
    return next(answer for answer in answers if answer.rule is rule)


@given(licenses, st.none() | users, policies)
def test_the_first_rule_that_keeps_is_the_decision(
    license_: AccessLicense, user: User | None, policy: ReleasePolicy
) -> None:
    """And where none keeps, the license goes."""
    decision = decide(license_, user, policy, NOW)
    keeping = [a for a in rule_answers(license_, user, policy, NOW) if a.keeps]
    if decision.action is Action.RELEASE:
        assert keeping == []
    else:
        assert keeping[0].rule is decision.reason


@given(licenses, st.none() | users, policies)
def test_every_rule_answers_once_in_words(
    license_: AccessLicense, user: User | None, policy: ReleasePolicy
) -> None:
    """None is left out, whatever the others say."""
    answers = rule_answers(license_, user, policy, NOW)
    rules_asked = [answer.rule for answer in answers]
    assert len(set(rules_asked)) == len(rules_asked) == 11
    assert all(answer.answer for answer in answers)


def test_all_that_protects_is_named() -> None:
    """Not only what protects first."""
    user = a_user(tags=["Keep", "other"], directory="LAB", blocked=True)
    policy = a_policy(
        NeverRelease(
            tags=frozenset({"keep", "other"}),
            user_directories=frozenset({"lab"}),
            blocked=FlagRule.YES,
        )
    )
    answers = rule_answers(a_license(user=user), user, policy, NOW)
    assert "Keep, other" in answer_of(answers, Reason.NEVER_RELEASE_TAG).answer
    assert answer_of(answers, Reason.NEVER_RELEASE_USER_DIRECTORY).keeps
    assert answer_of(answers, Reason.NEVER_RELEASE_BLOCKED).keeps
    assert not answer_of(answers, Reason.NEVER_RELEASE_USER).keeps


def test_what_cannot_be_asked_says_so() -> None:
    """The rules about a user that this account can't see, and an age without a threshold."""
    answers = rule_answers(a_license(), None, a_policy(types=[PROFESSIONAL]), NOW)
    assert answer_of(answers, Reason.NEVER_RELEASE_TAG).keeps is None
    assert answer_of(answers, Reason.USED_RECENTLY).keeps is None
    assert answer_of(answers, Reason.TYPE_DISABLED).keeps


@pytest.mark.parametrize(
    ("last_used", "keeps"), [(days_ago(30), False), (days_ago(30) + timedelta(seconds=1), True)]
)
def test_the_threshold_holds_to_the_second(last_used: datetime, keeps: bool) -> None:
    """As the decision does."""
    answers = rule_answers(a_license(last_used=last_used), a_user(), a_policy(), NOW)
    assert answer_of(answers, Reason.USED_RECENTLY).keeps is keeps
    assert ANALYZER in answer_of(answers, Reason.TYPE_DISABLED).answer
