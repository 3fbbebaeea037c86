"""The people of a QlikView farm: who has a named CAL, and how they work."""

import random
from dataclasses import dataclass
from typing import Literal

from local.demo_site.names import account_name, person_name

type Habit = Literal["daily", "now and then", "not any more", "never", "left"]

_HABITS: tuple[tuple[Habit, int], ...] = (
    ("daily", 55),
    ("now and then", 22),
    ("not any more", 13),
    ("never", 6),
    ("left", 4),
)
_NOTEBOOK_SHARE = 0.15
_PINNED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class FarmUser:
    r"""A user of the farm.

    Attributes:
        name: `ACME\user`.
        habit: how often they work; who left has a CAL in quarantine.
        notebook: the machine id of their own notebook; empty for none.
        pinned: they use the server whose users all start on one Citrix server.
        begins: the part of the replayed time that is over when they begin, 0 to 1.
    """

    name: str
    habit: Habit
    notebook: str
    pinned: bool
    begins: float


def farm_users(count: int, rng: random.Random) -> list[FarmUser]:
    """Make the users; those who are pinned begin one after the other, so that they grow."""
    return [_user(number, rng) for number in range(1, count + 1)]


def _user(number: int, rng: random.Random) -> FarmUser:
    first, last = person_name(rng)
    name = f"ACME\\{account_name(rng, first, last, number)}"
    habits, weights = zip(*_HABITS, strict=True)
    habit: Habit = rng.choices(habits, weights)[0]
    notebook = f"NB-{1000 + number}" if rng.random() < _NOTEBOOK_SHARE else ""
    pinned = rng.random() < _PINNED_SHARE
    return FarmUser(name, habit, notebook, pinned, rng.random() * 0.9 if pinned else 0.0)
