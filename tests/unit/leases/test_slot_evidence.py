"""What a site's own history says about when a slot frees."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leases.changes import changes_between
from shared.domain.leases.history import LeaseChange, LeaseLook
from shared.domain.leases.model import Lease
from shared.domain.leases.slot_evidence import SlotEvidence, slot_evidence
from tests.unit.build import NOW, days_ago
from tests.unit.leases.build import RULES, a_config, a_lease, a_look, hours_ago, several


def history(*looks: LeaseLook) -> SlotEvidence:
    """The evidence of looks, oldest first."""
    changes: list[LeaseChange] = []
    for before, after in pairwise(looks):
        changes += changes_between(before, after)
    return slot_evidence(changes, RULES, looks[-1])


def look(at: datetime, *leases: Lease) -> LeaseLook:
    """A look at these leases at that time."""
    return a_look(a_config(leases), at=at)


def counts(found: SlotEvidence) -> tuple[int, int, int, int]:
    """Early, late, unclear, slot free."""
    return found.early, found.late, found.unclear, found.slot_free


OLD, STAYS = a_lease("A", used=days_ago(2)), a_lease("B", used=days_ago(1))
NEW = a_lease("C", leased=hours_ago(0.5))


def test_a_move_with_all_slots_taken_before_the_end_speaks_for_the_block() -> None:
    """With the time from the last contact; and no more is claimed."""
    found = history(look(hours_ago(1), OLD, STAYS), look(NOW, STAYS, NEW))
    assert counts(found) == (1, 0, 0, 0)
    assert found.soonest == timedelta(hours=47.5)
    assert "speaks for slots that free after the block hours" in found.sentence
    assert "Once a lease moved" in found.sentence
    assert "another cause" in found.sentence


def test_a_move_with_a_slot_free_says_nothing() -> None:
    """The second machine gets its lease either way; why the first vanished is not known."""
    found = history(look(hours_ago(1), OLD), look(NOW, NEW))
    assert counts(found) == (0, 0, 0, 1)
    assert "says nothing yet" in found.sentence


def test_a_move_after_the_end_is_allowed_by_both() -> None:
    """The older lease had expired."""
    gone = a_lease("A", used=days_ago(33))
    found = history(look(hours_ago(1), gone, STAYS), look(NOW, STAYS, NEW))
    assert counts(found) == (0, 1, 0, 0)
    assert "Both readings allow that" in found.sentence


def test_a_move_around_the_end_is_unclear() -> None:
    """When the older lease expired between the looks, or its contact was not told."""
    ends_between = a_lease("A", used=days_ago(30) - timedelta(minutes=30))
    came = Lease(NEW.user, "C", None, NOW)
    assert counts(history(look(hours_ago(1), ends_between, STAYS), look(NOW, STAYS, came))) == (
        (0, 0, 1, 0)
    )
    # The time when the new lease was given settles it.
    early = a_lease("C", leased=hours_ago(0.9))
    assert history(look(hours_ago(1), ends_between, STAYS), look(NOW, STAYS, early)).early == 1
    untold = a_lease("A", contact=False)
    assert history(look(hours_ago(1), untold, STAYS), look(NOW, STAYS, NEW)).unclear == 1


def test_vanished_leases_are_no_evidence() -> None:
    """A CAL that was removed explains them; the early ones are counted apart."""
    late = a_lease("A", used=days_ago(33))
    found = history(look(hours_ago(1), OLD, STAYS), look(NOW, STAYS))
    assert (counts(found), found.vanished_early) == ((0, 0, 0, 0), 1)
    assert history(look(hours_ago(1), late, STAYS), look(NOW, STAYS)).vanished_early == 0


def test_taken_slots_are_those_of_the_time_of_the_move() -> None:
    """What came or went afterwards is undone first."""
    found = history(
        look(hours_ago(4), OLD),
        look(hours_ago(3), a_lease("C", leased=hours_ago(3.5))),
        look(hours_ago(2), a_lease("C", leased=hours_ago(3.5)), STAYS),
        look(hours_ago(1), STAYS, a_lease("D", leased=hours_ago(1.5))),
        look(NOW),
    )
    assert counts(found) == (1, 0, 0, 1)


def test_an_expired_lease_beside_it_takes_no_slot() -> None:
    """It was listed, and had ended."""
    expired = a_lease("B", used=days_ago(40))
    found = history(look(hours_ago(1), OLD, expired), look(NOW, expired, NEW))
    assert counts(found) == (0, 0, 0, 1)


def test_no_changes_say_nothing() -> None:
    """And so does a server that did not tell."""
    assert counts(slot_evidence([], RULES, a_look(a_config(None)))) == (0, 0, 0, 0)


@given(st.lists(several, min_size=1, max_size=5))
def test_every_move_is_counted_once(rows: Sequence[Sequence[Lease]]) -> None:
    """In whatever order the changes come."""
    looks = [look(hours_ago(len(rows) - n), *each) for n, each in enumerate(rows)]
    changes = [c for a, b in pairwise(looks) for c in changes_between(a, b)]
    found = slot_evidence(changes, RULES, looks[-1])
    assert sum(counts(found)) == sum(c.kind == "moved" for c in changes)
    assert slot_evidence(changes[::-1], RULES, looks[-1]) == found
    assert (found.soonest is not None) is (found.early > 0)
