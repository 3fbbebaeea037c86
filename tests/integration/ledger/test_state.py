"""Named states in Azure Tables, changed by many workers at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.tables import Tables
from shared.domain.breaker import Breaker, failed
from shared.domain.budget import DailyBudget, reserve
from shared.domain.errors import LedgerError
from shared.domain.limits import Limits
from shared.domain.model import LicenseType
from shared.usecases.ports import Ledger
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW

DAY = "2026-11-03"


@dataclass(frozen=True, slots=True)
class Counter:
    """A state for these tests; `last` is who counted last."""

    count: int = 0
    last: str = ""


def one_more(counter: Counter | None) -> Counter:
    """Count."""
    return replace(counter or Counter(), count=(counter or Counter()).count + 1)


def side_by_side(work: Callable[[TablesLedger], object], ledgers: list[TablesLedger]) -> None:
    """Run the work on each ledger in a thread of its own."""
    with ThreadPoolExecutor(len(ledgers)) as pool:
        list(pool.map(work, ledgers))


async def test_a_state_is_none_until_it_is_set(port: Ledger) -> None:
    """Kinds and names keep states apart, and what was stored comes back."""
    assert await port.state(Breaker, "qrs") is None
    broken = await port.change_state(Breaker, "qrs", lambda was: failed(was or Breaker(2), NOW))
    assert broken == Breaker(3, NOW + timedelta(minutes=10))
    assert await port.state(Breaker, "qrs") == broken
    assert await port.state(Breaker, "qms") is None
    assert await port.state(DailyBudget, "qrs") is None


async def test_sites_have_their_own_states(new_ledger: NewLedger, site: str) -> None:
    """Two sites in one storage account don't share a counter."""
    await new_ledger(site).change_state(Counter, "x", one_more)
    assert await new_ledger(f"{site} 2").state(Counter, "x") is None


async def test_a_change_sees_what_was_stored_before(ledger: TablesLedger) -> None:
    """Each change gets the newest state and its result is returned."""
    for expected in range(1, 6):
        assert await ledger.change_state(Counter, "x", one_more) == Counter(expected)


def test_sixteen_workers_lose_no_increment(new_ledger: NewLedger, site: str) -> None:
    """16 workers add 1 to a counter that is not there yet, 25 times each: 400 in the end."""

    def count(ledger: TablesLedger) -> None:
        async def often() -> None:
            for _ in range(25):
                await ledger.change_state(Counter, "x", one_more)

        asyncio.run(often())

    side_by_side(count, [new_ledger(site) for _ in range(16)])
    assert asyncio.run(new_ledger(site).state(Counter, "x")) == Counter(400)


def test_a_day_s_budget_is_never_overdrawn(new_ledger: NewLedger, site: str) -> None:
    """12 workers want 10 x 3 releases each of a cap of 100: together they are granted 100."""
    limits = Limits(max_per_run=100, max_percent_per_run=100)
    granted: list[int] = []

    async def ask(ledger: TablesLedger) -> None:
        for _ in range(10):
            got = 0

            def take(budget: DailyBudget | None) -> DailyBudget:
                nonlocal got
                there = budget or DailyBudget()
                after, got = reserve(there, LicenseType.ANALYZER, 3, allocated=1000, limits=limits)
                return after

            stored = await ledger.change_state(DailyBudget, DAY, take)
            assert stored.total() <= 100
            granted.append(got)

    side_by_side(lambda led: asyncio.run(ask(led)), [new_ledger(site) for _ in range(12)])
    assert sum(granted) == 100
    budget = asyncio.run(new_ledger(site).state(DailyBudget, DAY))
    assert budget is not None
    assert budget.total() == 100


async def test_one_of_many_first_writers_wins(new_ledger: NewLedger, site: str) -> None:
    """The losers of the race for the first row are called again with what the winner stored."""
    ledgers = [new_ledger(site) for _ in range(8)]

    def first(name: str) -> Callable[[Counter | None], Counter]:
        return lambda was: was or Counter(1, name)

    stored = await asyncio.gather(
        *(led.change_state(Counter, "x", first(f"worker {n}")) for n, led in enumerate(ledgers))
    )
    assert len(set(stored)) == 1


async def test_a_change_that_fails_writes_nothing(ledger: TablesLedger) -> None:
    """What `change` raises reaches the caller, and the state stays as it was."""
    await ledger.change_state(Counter, "x", one_more)

    def refuse(_: Counter | None) -> Counter:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await ledger.change_state(Counter, "x", refuse)
    assert await ledger.state(Counter, "x") == Counter(1)


async def test_a_state_that_does_not_fit_a_row_is_refused(ledger: TablesLedger) -> None:
    """A state that outgrew its row ends in an error that names it; the old one stays."""
    big = Counter(1, "x" * 380_000)
    await ledger.change_state(Counter, "x", lambda _: big)
    with pytest.raises(LedgerError, match=r"Counter 'x' is too long .* StewardState"):
        await ledger.change_state(Counter, "x", lambda _: replace(big, last="x" * 400_000))
    assert await ledger.state(Counter, "x") == big


@pytest.mark.parametrize("text", ["", "{", "[]", '{"count": "many"}'])
async def test_a_state_edited_by_hand_is_refused(
    azurite: Azurite, ledger: TablesLedger, site: str, text: str
) -> None:
    """A damaged state ends in an error that names table and row; it is never begun anew."""
    await ledger.change_state(Counter, "x", one_more)
    tables = Tables(TableAccess.from_connection_string(azurite.connection_string))
    keys = {"PartitionKey": joined(site), "RowKey": joined("Counter", "x")}
    assert tables.merge("State", {**keys, "Record": text})
    tables.close()
    damaged = r"RowKey 'Counter\|x' of the ledger's table StewardState can't be read"
    with pytest.raises(LedgerError, match=damaged):
        await ledger.state(Counter, "x")
    with pytest.raises(LedgerError, match=damaged):
        await ledger.change_state(Counter, "x", one_more)
