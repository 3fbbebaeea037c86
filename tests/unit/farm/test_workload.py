"""Made-up working days."""

from collections import Counter
from itertools import pairwise

from local.farm.workload import LONGEST, MONDAY, SHORTEST, made_up_sessions, user_names


def test_the_same_seed_gives_the_same_days() -> None:
    """And another one gives others; a user's days don't depend on who else works."""
    names = user_names(20)
    assert made_up_sessions(names, 7, seed=3) == made_up_sessions(names, 7, seed=3)
    assert made_up_sessions(names, 7, seed=3) != made_up_sessions(names, 7, seed=4)
    alone = made_up_sessions(names[4:5], 7, seed=3)
    assert alone == [s for s in made_up_sessions(names, 7, seed=3) if s.user == names[4]]


def test_everybody_works_three_times_a_weekday_and_few_on_weekends() -> None:
    """30 days from a Monday have 22 weekdays."""
    sessions = made_up_sessions(user_names(100))
    weekdays = [s for s in sessions if s.start.weekday() < 5]
    assert Counter(s.user for s in weekdays) == dict.fromkeys(user_names(100), 66)
    assert 0 < len(sessions) - len(weekdays) < 200
    assert sessions[0].start.date() == MONDAY


def test_sessions_of_a_user_never_overlap_and_have_sensible_lengths() -> None:
    """In the order of their starts."""
    sessions = made_up_sessions(user_names(50), sessions_a_day=5)
    assert sessions == sorted(sessions, key=lambda s: (s.start, s.user))
    for user in user_names(50):
        own = [s for s in sessions if s.user == user]
        assert all(before.end < after.start for before, after in pairwise(own))
        minutes = [(s.end - s.start).total_seconds() / 60 for s in own]
        assert SHORTEST <= min(minutes) < max(minutes) <= LONGEST


def test_the_day_has_two_waves() -> None:
    """More starts at nine and at two than at noon, hardly any at night."""
    hours = Counter(s.start.hour for s in made_up_sessions(user_names(300), 5))
    assert min(hours[9], hours[14]) > 1.3 * hours[12]
    assert hours[3] == 0
