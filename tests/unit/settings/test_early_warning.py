"""The thresholds of early warnings and the question of who uses what, from settings to rules."""

from dataclasses import asdict

import pytest

from shared.domain.early_warnings import Thresholds
from shared.domain.holders import HolderQuestion
from shared.settings import SETTING_REFERENCE, load_settings
from shared.settings.rules import holder_question, thresholds
from tests.unit.build import NOW
from tests.unit.settings.given import REQUIRED, refusal

GROUP = "EARLY_WARNING__"
NUMBER_ONLY = {f"{GROUP}RETURNED_PERCENT", f"{GROUP}RETURNED_USERS"}
OR_OFF = {
    "POOL_LOW_PERCENT": (0, 100),
    "POOL_LOW_COUNT": (0, 1_000_000),
    "RUN_OUT_DAYS": (0, 365),
    "SERVER_LICENSE_DAYS": (0, 3_650),
    "CERTIFICATE_DAYS": (0, 3_650),
    "SECRET_DAYS": (0, 3_650),
    "MISSING_PERIODS": (1, 1_000),
    "MISSING_HOURS": (1, 8_760),
    "RETURNED_DAYS": (1, 365),
    "LEASE_REFUSALS_USERS": (0, 1_000_000),
    "LEASE_MACHINE_COUNT": (0, 1_000_000),
    "LEASE_MACHINE_GROWTH_PERCENT": (1, 1_000_000),
}
NAMES = {info.name for info in SETTING_REFERENCE if info.name.startswith(GROUP)}


def given(changes: dict[str, str]) -> Thresholds:
    """The thresholds that the required settings and these changes give."""
    return thresholds(load_settings({**REQUIRED, **changes}))


def field_of(name: str) -> str:
    """The field of `Thresholds` that a setting fills."""
    return name.removeprefix(GROUP).lower().replace("returned_users", "returned_count")


def test_the_defaults_are_those_of_the_rules() -> None:
    """Nothing given: every threshold is what the rules explain as their default."""
    assert given({}) == Thresholds()


def test_every_threshold_has_a_setting_and_no_other() -> None:
    """A new field of the rules can't be forgotten here."""
    assert sorted(map(field_of, NAMES)) == sorted(asdict(Thresholds()))
    assert {f"{GROUP}{name}" for name in OR_OFF} | NUMBER_ONLY == NAMES


def test_every_setting_reaches_its_own_threshold() -> None:
    """Numbers that are all different end up in the fields of the same name."""
    numbers = {name: number for number, name in enumerate(sorted(NAMES), start=41)}
    found = given({name: str(number) for name, number in numbers.items()})
    assert asdict(found) == {field_of(name): number for name, number in numbers.items()}


@pytest.mark.parametrize("name", OR_OFF)
@pytest.mark.parametrize("word", ["off", " OFF ", "Off"])
def test_off_switches_one_rule_off(name: str, word: str) -> None:
    """Its threshold is None, and the others keep their defaults."""
    found = asdict(given({GROUP + name: word}))
    assert found == {**asdict(Thresholds()), name.lower(): None}


@pytest.mark.parametrize(("name", "ends"), OR_OFF.items())
def test_thresholds_hold_their_range(name: str, ends: tuple[int, int]) -> None:
    """Both ends are allowed, 0 is a number and not off, and one beyond is refused."""
    for allowed in ends:
        assert asdict(given({GROUP + name: str(allowed)}))[name.lower()] == allowed
    for beyond in (ends[0] - 1, ends[1] + 1, 10**30):
        advice = f"; write a whole number from {ends[0]} to {ends[1]}, or off."
        assert advice in refusal({GROUP + name: str(beyond)})


@pytest.mark.parametrize(
    "value", ["", " ", "none", "null", "false", "no", "aus", "offf", "7.5", "1e1", "10%", "[]", "٣"]
)
@pytest.mark.parametrize("name", sorted(NAMES))
def test_other_words_switch_nothing_off(name: str, value: str) -> None:
    """A warning is never lost to a word that somebody thought to mean off."""
    text = refusal({name: value})
    assert f"{name} is {value.strip()!r}; write a whole number from" in text


@pytest.mark.parametrize("name", sorted(NUMBER_ONLY))
def test_the_conditions_of_returned_users_are_always_numbers(name: str) -> None:
    """Off would leave open whether the rule or only this condition is meant."""
    assert f"{name} is 'off'; write a whole number from" in refusal({name: "off"})


def test_who_uses_what_is_asked_by_default() -> None:
    """No custom property and no owners, unless they are wanted."""
    settings = load_settings(REQUIRED)
    assert not settings.license_monitor.owners
    assert holder_question(settings, NOW, None) == HolderQuestion(NOW)


def test_the_question_has_the_property_and_the_owners() -> None:
    """The setting names the property; owners are those that were read."""
    name = "LICENSE_MONITOR__HOLDERS_PROPERTY"
    settings = load_settings({**REQUIRED, name: " Department ", "LICENSE_MONITOR__OWNERS": "true"})
    assert settings.license_monitor.owners
    asked = holder_question(settings, NOW, {"an id"})
    assert asked == HolderQuestion(NOW, owners={"an id"}, property_name="Department")


def test_a_blank_property_is_none() -> None:
    """Deployment templates hand on empty texts for what is not used."""
    settings = load_settings({**REQUIRED, "LICENSE_MONITOR__HOLDERS_PROPERTY": " "})
    assert holder_question(settings, NOW, None) == HolderQuestion(NOW)


def test_nobody_is_asked_about_when_holders_are_off() -> None:
    """Also with a property and owners given, which then have no effect."""
    settings = load_settings(
        {
            **REQUIRED,
            "LICENSE_MONITOR__HOLDERS": "false",
            "LICENSE_MONITOR__HOLDERS_PROPERTY": "Department",
            "LICENSE_MONITOR__OWNERS": "true",
        }
    )
    assert not settings.license_monitor.holders
