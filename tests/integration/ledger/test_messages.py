"""Refused messages in Azure Tables, and what somebody did about them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.ledger import TableAccess, TablesLedger
from shared.adapters.ledger.keys import joined
from shared.adapters.ledger.tables import Tables
from shared.domain.errors import LedgerError
from shared.domain.runs import MessageRefusal, RefusedMessage
from shared.usecases.ports import Ledger
from tests.integration.ledger.conftest import NewLedger
from tests.integration.ledger.records import NOW

FIRST = RefusedMessage("a", "q", MessageRefusal.EXPIRED, "yesterday", "{}", 1, NOW)


def later(message: RefusedMessage, seconds: int) -> RefusedMessage:
    """The message, seen later."""
    return replace(message, seen_at=message.seen_at + timedelta(seconds=seconds))


async def test_a_refused_message_is_kept_whole(ledger: TablesLedger) -> None:
    """Even 64 KiB of rubbish that JSON has to escape comes back as it was."""
    body = '\x01\\"\ud83d/' * (64 * 1024 // 5)
    message = RefusedMessage(
        "id/1", "release-candidates", MessageRefusal.MALFORMED, "no JSON", body, 1, NOW
    )
    await ledger.save_refused_message(message)
    assert await ledger.refused_messages() == [message]
    assert await ledger.refused_message("id/1") == message


async def test_refused_messages_come_newest_first(port: Ledger) -> None:
    """The same message and reason again replaces its row; another reason is another row."""
    other = replace(later(FIRST, 1), message_id="b")
    again = replace(later(FIRST, 2), dequeue_count=2)
    poison = replace(later(FIRST, 3), refusal=MessageRefusal.POISON)
    for message in (FIRST, other, again, poison):
        await port.save_refused_message(message)
    assert await port.refused_messages() == [poison, again, other]


async def test_a_message_is_found_by_its_id(port: Ledger) -> None:
    """The latest refusal of that very id, and None when there is none."""
    poison = replace(later(FIRST, 3), refusal=MessageRefusal.POISON)
    for message in (poison, FIRST, replace(FIRST, message_id="a|b"), replace(FIRST, message_id="")):
        await port.save_refused_message(message)
    assert await port.refused_message("a") == poison
    assert await port.refused_message("") == replace(FIRST, message_id="")
    assert await port.refused_message("b") is None


async def test_a_settled_message_says_how(port: Ledger) -> None:
    """Every refusal of the message shows it, and no other message does."""
    poison = replace(later(FIRST, 1), refusal=MessageRefusal.POISON)
    other = replace(FIRST, message_id="aa")
    for message in (FIRST, poison, other):
        await port.save_refused_message(message)
    await port.settle_message("a", "replayed by Bob")
    settled = [replace(m, settled="replayed by Bob") for m in (poison, FIRST)]
    assert await port.refused_message("a") == settled[0]
    assert [m for m in await port.refused_messages() if m.message_id == "a"] == settled
    assert await port.refused_message("aa") == other


async def test_a_settled_message_that_comes_again_stays_settled(port: Ledger) -> None:
    """A second delivery of what was already discarded brings no new work to anybody."""
    await port.save_refused_message(FIRST)
    await port.settle_message("a", "discarded")
    await port.save_refused_message(replace(later(FIRST, 9), dequeue_count=2))
    expected = replace(later(FIRST, 9), dequeue_count=2, settled="discarded")
    assert await port.refused_message("a") == expected


async def test_settling_what_is_not_there(port: Ledger) -> None:
    """An id that nobody knows ends in an error that says so."""
    with pytest.raises(LedgerError, match="no refused message with the id 'nobody': check the id"):
        await port.settle_message("nobody", "discarded")


@pytest.fixture
def tables(azurite: Azurite) -> Iterator[Tables]:
    """The tables as a storage browser sees them."""
    opened = Tables(TableAccess.from_connection_string(azurite.connection_string))
    yield opened
    opened.close()


async def test_when_it_was_settled_is_in_the_table(
    azurite: Azurite, tables: Tables, site: str
) -> None:
    """The time comes from the ledger's clock."""
    access = TableAccess.from_connection_string(azurite.connection_string)
    ledger = TablesLedger(site, access, clock=lambda: NOW)
    await ledger.save_refused_message(FIRST)
    await ledger.settle_message("a", "discarded")
    ledger.close()
    stored = tables.get("Messages", joined(site), joined("a", "expired"))
    assert stored is not None
    assert stored.row["SettledAt"] == "2026-11-03T02:30:05.123456Z"


async def test_settling_while_it_is_delivered_again(new_ledger: NewLedger, site: str) -> None:
    """However the two interleave, what somebody did about the message is not lost."""
    writers = [new_ledger(site) for _ in range(5)]
    await writers[0].save_refused_message(FIRST)
    again = [
        led.save_refused_message(later(FIRST, n * 10 + m))
        for n, led in enumerate(writers[1:], start=1)
        for m in range(5)
    ]
    await asyncio.gather(*again[:10], writers[0].settle_message("a", "replayed"), *again[10:])
    kept = await writers[0].refused_message("a")
    assert kept is not None
    assert kept.settled == "replayed"


async def test_a_damaged_row_of_a_message_is_named(
    tables: Tables, ledger: TablesLedger, site: str
) -> None:
    """Table and row are in the error; the message itself can still be recorded again."""
    await ledger.save_refused_message(FIRST)
    keys = {"PartitionKey": joined(site), "RowKey": joined("a", "expired")}
    assert tables.merge("Messages", {**keys, "Record": "{"})
    with pytest.raises(LedgerError, match=r"'a\|expired' of the ledger's table StewardMessages"):
        await ledger.refused_messages()
    await ledger.save_refused_message(FIRST)
    assert await ledger.refused_messages() == [FIRST]
