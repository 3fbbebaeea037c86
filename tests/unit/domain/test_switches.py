"""The switches: each holds releases back by itself, and says its name."""

import pytest

from shared.domain.plan import PlanStatus
from shared.domain.switches import Switches

OPEN = {"enabled": True, "dry_run": False, "confirmed": True, "stop": False}


def test_open_switches_hold_nothing_back() -> None:
    """All four must be open."""
    assert Switches(**OPEN).holding_back() == ""


@pytest.mark.parametrize(
    ("closed", "name", "status"),
    [
        ({"stop": True}, "LICENSE_RELEASE__STOP", PlanStatus.STOPPED),
        ({"dry_run": True}, "LICENSE_RELEASE__DRY_RUN", PlanStatus.DRY_RUN),
        ({"confirmed": False}, "LICENSE_RELEASE__CONFIRM_SITE", PlanStatus.NOT_CONFIRMED),
    ],
)
@pytest.mark.parametrize("approval", [True, False])
def test_a_closed_switch_names_its_setting_and_gives_its_status(
    closed: dict[str, bool], name: str, status: PlanStatus, approval: bool
) -> None:
    """The operator reads which setting it was; an approval can't open a switch."""
    switches = Switches(**{**OPEN, **closed}, approval_required=approval)
    assert (switches.holding_back(), switches.plan_status()) == (name, status)


def test_releases_that_are_not_enabled_are_held_back() -> None:
    """ENABLED is asked too; it makes no plan at all."""
    assert Switches(**{**OPEN, "enabled": False}).holding_back() == "LICENSE_RELEASE__ENABLED"


def test_an_open_plan_is_queued_or_waits() -> None:
    """Only with all switches open."""
    assert Switches(**OPEN).plan_status() is PlanStatus.QUEUED
    waiting = Switches(**OPEN, approval_required=True)
    assert waiting.plan_status() is PlanStatus.WAITING_FOR_APPROVAL
