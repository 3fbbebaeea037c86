"""The lease slots of users while time goes by."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from local.demo_qms import lease_rules as demo
from local.demo_qms.records import Lease as DemoLease
from shared.domain.farm.lease_book import LeaseBook
from shared.domain.farm.slots import farm_names, slots_by_user
from shared.domain.leases.model import Lease, LeaseRules, SlotReading
from shared.domain.leases.start_answer import Verdict
from tests.unit.farm.farms import HOUR, NOW, RULES, lease

PERIOD, BLOCK = SlotReading.PERIOD, SlotReading.BLOCK
DAY = 24
STEPS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.floats(0.01, 20 * DAY), st.floats(0, 12)), max_size=40
)
ANY_RULES = st.builds(
    LeaseRules,
    machines_per_user=st.integers(1, 3),
    period=st.integers(1, 40).map(lambda days: timedelta(days=days)),
    block=st.integers(0, 60).map(lambda hours: timedelta(hours=hours)),
)


def _book(reading: SlotReading, *held: Lease) -> LeaseBook:
    return LeaseBook(
        RULES, reading, slots_by_user({"jdoe": held}, RULES, farm_names([], RULES), NOW)
    )


def _visit(book: LeaseBook, machine: str, start: float, end: float) -> Verdict:
    verdict = book.start("jdoe", machine, NOW + start * HOUR).verdict
    if verdict is not Verdict.REFUSED:
        book.end("jdoe", machine, NOW + end * HOUR)
    return verdict


def _verdicts(
    rules: LeaseRules, reading: SlotReading, steps: list[tuple[str, float, float]]
) -> list[Verdict]:
    """Sessions one after another: (machine, hours of pause before, hours of work)."""
    book, at, found = LeaseBook(rules, reading), NOW, []
    for machine, pause, length in steps:
        at += pause * HOUR
        found.append(book.start("u", machine, at).verdict)
        at += length * HOUR
        if found[-1] is not Verdict.REFUSED:
            book.end("u", machine, at)
        assert len(book.leases(at).get("u", ())) <= rules.machines_per_user
    return found


def test_the_third_machine_is_refused_until_the_period_is_over() -> None:
    """By the period, the slot used longest ago frees 30 days after its session ended."""
    book = _book(PERIOD)
    assert _visit(book, "A", 0, 2) is Verdict.GRANTED
    assert _visit(book, "B", 3, 4) is Verdict.GRANTED
    assert _visit(book, "A", 5, 6) is Verdict.RENEWED
    refused = book.start("jdoe", "C", NOW + 7 * HOUR)
    assert refused.verdict is Verdict.REFUSED
    assert refused.granted_from == NOW + 4 * HOUR + RULES.period
    assert book.start("jdoe", "C", refused.granted_from - HOUR / 3600).verdict is Verdict.REFUSED
    assert book.start("jdoe", "C", refused.granted_from).verdict is Verdict.GRANTED


def test_by_the_block_the_slot_used_longest_ago_goes_first() -> None:
    """After 24 hours without contact the older slot is given away, the other one stays."""
    book = _book(BLOCK)
    _visit(book, "A", 0, 2)
    _visit(book, "B", 3, 4)
    refused = book.start("jdoe", "C", NOW + 25 * HOUR)
    assert refused.granted_from == NOW + 26 * HOUR
    assert _visit(book, "C", 26, 27) is Verdict.GRANTED
    assert _visit(book, "B", 27.5, 27.6) is Verdict.RENEWED
    assert _visit(book, "A", 28, 29) is Verdict.REFUSED


def test_a_slot_on_which_the_client_runs_is_never_given_away() -> None:
    """The running client is in contact, however long ago it started."""
    book = _book(BLOCK)
    book.start("jdoe", "A", NOW)
    book.start("jdoe", "B", NOW)
    at = NOW + 100 * HOUR
    refused = book.start("jdoe", "C", at)
    assert refused.verdict is Verdict.REFUSED
    assert refused.granted_from == at + RULES.block


def test_names_compare_caseless() -> None:
    """The same user on the same machine, however it is written."""
    book = _book(PERIOD)
    _visit(book, "CTX1", 0, 1)
    assert book.start("JDoe", "ctx1", NOW + 2 * HOUR).verdict is Verdict.RENEWED


def test_leases_of_today_take_slots() -> None:
    """One that ran out doesn't, and a farm name stands for its machine id."""
    rules = LeaseRules(farm={"00-AA": "CTX1"})
    held = [lease("jdoe", "00-aa", 5), lease("jdoe", "notebook", 2), lease("jdoe", "old", 31 * DAY)]
    slots = slots_by_user({"JDOE": held}, rules, farm_names([], rules), NOW)
    book = LeaseBook(rules, PERIOD, slots)
    assert book.start("jdoe", "CTX1", NOW).verdict is Verdict.RENEWED
    refused = book.start("jdoe", "CTX2", NOW)
    assert refused.granted_from == NOW - 2 * HOUR + rules.period


def test_who_holds_more_than_the_rules_allow_waits_for_several_slots() -> None:
    """Three leases where two are allowed: two must end before another machine gets one."""
    held = [lease("jdoe", machine, ago) for machine, ago in (("A", 3), ("B", 2), ("C", 1))]
    assert (
        _book(PERIOD, *held).start("jdoe", "D", NOW).granted_from == NOW - 2 * HOUR + RULES.period
    )
    assert _book(PERIOD, *held).start("jdoe", "A", NOW).verdict is Verdict.RENEWED


def test_the_book_tells_its_leases_like_a_server() -> None:
    """A running client was in contact just now; one that ran out is gone."""
    book = _book(PERIOD, lease("jdoe", "old", 29 * DAY))
    book.start("jdoe", "A", NOW)
    at = NOW + 30 * HOUR
    assert book.leases(at) == {"jdoe": (Lease("jdoe", "a", last_used=at),)}


@given(ANY_RULES, st.sampled_from(SlotReading), STEPS)
def test_the_demo_server_decides_the_same(
    rules: LeaseRules, reading: SlotReading, steps: list[tuple[str, float, float]]
) -> None:
    """The demo's rules were written apart from these; sessions are told to it by their ends."""
    theirs = demo.LeaseRules(rules.machines_per_user, rules.period, rules.block, reading.value)
    held: list[DemoLease] = []
    expected, at = [], NOW
    for machine, pause, length in steps:
        at += pause * HOUR
        start = demo.start(held, "u", machine, at, theirs)
        expected.append(start.outcome)
        at += length * HOUR
        if start.lease is not None:
            held = [x for x in held if x != start.replaced and x.machine != machine]
            held.append(DemoLease("u", machine, at, at))
    assert [verdict.value for verdict in _verdicts(rules, reading, steps)] == expected


@given(ANY_RULES, STEPS)
def test_the_readings_part_where_the_block_grants_and_the_period_does_not(
    rules: LeaseRules, steps: list[tuple[str, float, float]]
) -> None:
    """Until then they agree. Afterwards either may refuse more: they hold other leases."""
    both = zip(_verdicts(rules, PERIOD, steps), _verdicts(rules, BLOCK, steps), strict=True)
    parted = next((pair for pair in both if pair[0] is not pair[1]), None)
    assert parted in (None, (Verdict.REFUSED, Verdict.GRANTED))


@given(ANY_RULES, st.sampled_from(SlotReading), STEPS, st.sampled_from("abcd"))
def test_a_refused_start_is_granted_when_it_was_said(
    rules: LeaseRules, reading: SlotReading, steps: list[tuple[str, float, float]], machine: str
) -> None:
    """If the user stays away from all machines until then; a second earlier it is still refused."""

    def start_after(wait: timedelta | None) -> tuple[Verdict, timedelta]:
        book, at = LeaseBook(rules, reading), NOW
        for name, pause, length in steps:
            at += pause * HOUR
            if book.start("u", name, at).verdict is not Verdict.REFUSED:
                at += length * HOUR
                book.end("u", name, at)
        at += wait or timedelta()
        start = book.start("u", machine, at)
        return start.verdict, start.granted_from - at

    verdict, wait = start_after(None)
    if verdict is Verdict.REFUSED:
        assert start_after(wait)[0] is Verdict.GRANTED
        if wait > timedelta(seconds=1):
            assert start_after(wait - timedelta(seconds=1))[0] is Verdict.REFUSED


def test_a_free_slot_is_found_behind_a_running_one() -> None:
    """The client runs on the slot that was started on longest ago, so the other one goes."""
    book = _book(BLOCK)
    book.start("jdoe", "A", NOW)
    _visit(book, "B", 1, 2)
    assert book.start("jdoe", "C", NOW + 30 * HOUR).verdict is Verdict.GRANTED
    assert set(book.leases(NOW + 30 * HOUR)["jdoe"]) == {
        Lease("jdoe", "a", last_used=NOW + 30 * HOUR),
        Lease("jdoe", "c", last_used=NOW + 30 * HOUR),
    }


def test_a_lease_ends_with_its_period_to_the_moment() -> None:
    """A start on the same machine then gets a new one."""
    book = _book(PERIOD)
    _visit(book, "A", 0, 1)
    end = NOW + HOUR + RULES.period
    assert "jdoe" in book.leases(end - HOUR / 3600)
    assert book.leases(end) == {}
    assert book.start("jdoe", "A", end).verdict is Verdict.GRANTED
