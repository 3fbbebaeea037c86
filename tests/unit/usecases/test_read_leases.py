"""Reading leases back: the picture as it stands now, and one user's leases explained."""

from datetime import timedelta

import pytest

from shared.domain.errors import NoLeasesError
from shared.domain.leases.history import ChangeKind, LeaseChange, LeaseLook
from shared.domain.leases.model import CalConfiguration, QlikViewServer
from shared.domain.leases.start_answer import StartReason, Verdict
from shared.usecases.read_leases import ReadLeases
from tests.unit.build import NOW
from tests.unit.fakes import ManualTime, MemoryLeaseLedger
from tests.unit.leases.build import FARM, JOHN, a_cal, a_config, a_lease

DAY = timedelta(days=1)


async def after_a_look(*configs: CalConfiguration, days: int = 0) -> ReadLeases:
    """The use case, some days after a look that saw these servers."""
    ledger = MemoryLeaseLedger()
    await ledger.save_lease_look(LeaseLook("Lab", NOW, configs))
    return ReadLeases(FARM, ledger, ManualTime(NOW + days * DAY))


async def test_without_a_look_it_says_what_to_do() -> None:
    """Nothing collected is not the same as nobody holds a lease."""
    with pytest.raises(NoLeasesError, match=r"QLIKVIEW__\*"):
        await ReadLeases(FARM, MemoryLeaseLedger(), ManualTime(NOW)).picture()


async def test_expiries_are_computed_against_the_present() -> None:
    """A lease that was active when it was read has expired since."""
    leases = a_config([a_lease("CTX01"), a_lease("CTX02")])
    assert (await (await after_a_look(leases)).picture()).surveys[0].counts.users_at_limit == 1
    later = await (await after_a_look(leases, days=40)).picture()
    assert later.surveys[0].counts.leases == 0


async def test_a_third_machine_is_explained_by_both_readings() -> None:
    """Refused for a month by one, from tomorrow on granted by the other."""
    leases = await after_a_look(a_config([a_lease("CTX01"), a_lease("CTX02")]))
    (on_server,) = (await leases.explain(JOHN, "CTX03")).servers
    assert on_server.start.reason is StartReason.SLOTS_TAKEN
    assert on_server.start.outcomes.period.from_when == NOW - timedelta(hours=1) + 30 * DAY
    assert on_server.start.outcomes.block.from_when == NOW - timedelta(hours=1) + DAY


async def test_a_user_may_be_named_without_the_domain() -> None:
    """As people say it, while it can only be one person."""
    leases = await after_a_look(a_config([a_lease("CTX01")]))
    (on_server,) = (await leases.explain("John.Doe", "CTX01")).servers
    assert on_server.user.user == JOHN
    assert on_server.start.outcomes.period.verdict is Verdict.RENEWED


async def test_a_name_of_two_people_is_refused() -> None:
    """The answer about the wrong one would be worse than none."""
    leases = await after_a_look(a_config([a_lease("CTX01"), a_lease("CTX01", r"LAB\john.doe")]))
    with pytest.raises(NoLeasesError, match=r"ACME\\john.doe or LAB\\john.doe"):
        await leases.explain("john.doe")


async def test_an_unknown_name_is_an_error() -> None:
    """It is a typing error more often than a user without a CAL."""
    leases = await after_a_look(a_config([a_lease("CTX01")]))
    with pytest.raises(NoLeasesError, match=r"knows 'jon\.doe'"):
        await leases.explain("jon.doe")


async def test_of_two_servers_only_the_one_that_knows_the_user_answers() -> None:
    """CALs belong to one server; the other has nothing to say about this user."""
    other = a_config([], [a_cal(r"ACME\jane")], server=QlikViewServer("9b1d", "QVS@QV2"))
    leases = await after_a_look(a_config([a_lease("CTX01")]), other)
    told = await leases.explain(JOHN)
    assert [each.survey.counts.server for each in told.servers] == ["QVS@QV1"]


async def test_what_happened_before_is_told_with_it() -> None:
    """A lease that moved last week explains today's refusal."""
    leases = await after_a_look(a_config([a_lease("CTX01")]))
    moved = LeaseChange(
        ChangeKind.MOVED, "5a0c", JOHN, NOW - 5 * DAY, NOW - 6 * DAY, a_lease("NB-1"), a_lease()
    )
    await leases.ledger.append_lease_changes([moved])
    assert (await leases.explain(JOHN)).changes == (moved,)


async def test_the_loss_of_a_machine_is_answered() -> None:
    """The notebook question, with the machine on which the user can go on."""
    leases = await after_a_look(a_config([a_lease("NB-7"), a_lease("CTX02")]))
    (on_server,) = (await leases.explain(JOHN, lost="nb-7")).servers
    assert on_server.lost is not None
    assert [held.machine_name for held in on_server.lost.works_on] == ["CTX02"]
