"""What passes the gate to a real server, and what tells it that this is too much."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from shared.adapters.qrs import RetryPolicy
from shared.adapters.qrs.answers import delete_answer
from shared.adapters.qrs.changes import delete_license
from shared.adapters.qrs.request_gate import RequestGate
from shared.domain.errors import HeldBackError, NoSlotError, QrsError
from shared.domain.model import LicenseType
from shared.domain.release import DeleteAnswer
from tests.integration.qrs.raw_server import (
    Answer,
    raw_server,
    reply,
    send_and_abort,
    send_and_hang,
    server_tls,
)
from tests.integration.qrs.site import GUID, HASTY, ROOT, SERVER, qrs_client, qrs_connection

TLS = server_tls(SERVER, clients=ROOT)
ABOUT = reply(body={"buildVersion": "1"})
DELETE = delete_license(LicenseType.ANALYZER, GUID)


def watched(gate: RequestGate) -> list[str]:
    """What the gate tells whoever watches it."""
    told: list[str] = []
    gate.watch(lambda: told.append("trouble"))
    return told


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        pytest.param(reply(429), True, id="429"),
        pytest.param(reply(503), True, id="503"),
        pytest.param(reply(504), True, id="504"),
        pytest.param(send_and_hang(), True, id="no answer in time"),
        pytest.param(reply(500), False, id="500"),
        pytest.param(reply(404), False, id="404"),
        pytest.param(send_and_abort(), False, id="cut"),
        pytest.param(ABOUT, False, id="200"),
    ],
)
async def test_an_overload_is_told_from_other_failures(answer: Answer, trouble: bool) -> None:
    """An outage is the breaker's part; fewer requests at once would not cure it."""
    once = RetryPolicy(attempts=1)
    async with (
        raw_server(TLS, answer) as server,
        qrs_client(server.port, retries=once, timeouts=HASTY) as client,
    ):
        told = watched(client.gate)
        with suppress(QrsError):
            await client.site_version()
        pulse = client.gate.look()
    assert (told, pulse.troubled, pulse.at_most) == (
        (["trouble"], True, 4) if trouble else ([], False, 8)
    )


async def test_a_delete_that_is_answered_503_is_an_overload_too() -> None:
    """Though it is not sent again."""
    async with raw_server(TLS, reply(503)) as server, qrs_client(server.port) as client:
        told = watched(client.gate)
        await client.delete_access_license(LicenseType.ANALYZER, GUID)
    assert told == ["trouble"]
    assert len(server.requests) == 1


async def test_a_gate_that_nobody_watches_stays_as_it_is() -> None:
    """Who would raise it again?"""
    async with raw_server(TLS, reply(503), ABOUT) as server, qrs_client(server.port) as client:
        await client.site_version()
        assert client.gate.look().at_most == 8


async def test_callers_who_were_let_in_earlier_do_not_ask_again_all_at_once() -> None:
    """Four were refused together; after that there is never more than one of them under way."""
    all_four, refused = asyncio.Event(), 0

    async def refuse_four_together(writer: asyncio.StreamWriter) -> None:
        nonlocal refused
        refused += 1
        if refused == 4:
            connection.gate.allow(1, 0)
            all_four.set()
            server.most_under_way = 0
        await all_four.wait()
        await reply(429)(writer)

    first = [refuse_four_together] * 4
    async with (
        raw_server(TLS, *first, reply(204)) as server,
        qrs_connection(server.port, concurrency=4) as connection,
        asyncio.TaskGroup() as callers,
    ):
        for _ in range(4):
            callers.create_task(
                connection.change(DELETE, delete_answer, lambda _: DeleteAnswer.LOST)
            )
    assert len(server.requests) == 8
    assert server.most_under_way == 1


async def test_a_number_made_without_knowing_of_the_trouble_does_not_undo_it() -> None:
    """The ledger's answer was on its way; the next one knows."""
    gate = RequestGate(8)
    watched(gate)
    async with gate.attempt() as attempt:
        attempt.answered(503)
    gate.allow(8, 0)
    assert gate.look().at_most == 4
    gate.allow(3, 1)
    assert (gate.look().at_most, gate.look().troubled) == (3, False)


async def test_a_request_sent_before_the_cut_tells_nothing_of_what_holds_now() -> None:
    """A late answer of the same burst lowers nothing."""
    gate = RequestGate(8)
    told = watched(gate)
    async with gate.attempt() as early, gate.attempt() as late:
        early.answered(503)
        gate.allow(4, 1)
        late.answered(503)
    assert told == ["trouble"]
    assert gate.look().at_most == 4


async def test_answers_that_take_much_longer_than_the_quickest_are_trouble() -> None:
    """The site does not say so, but those behind us in its line feel it."""
    gate = RequestGate(8)
    told = watched(gate)
    for seconds in [0.3, *[2.0] * 6]:
        gate.took(seconds, 0)
    assert told == []
    gate.took(2.0, 0)
    assert told == ["trouble"]
    gate.allow(4, 1)
    for seconds in [2.0] * 7:
        gate.took(seconds, 1)
    assert told == ["trouble"]


async def test_a_place_is_not_lost_with_a_caller_who_gives_up() -> None:
    """Whether he still waits, or was just let in."""
    gate, let_go = RequestGate(1), asyncio.Event()

    async def call(then: Callable[[], object]) -> None:
        async with gate.caller(), gate.attempt():
            then()
            await let_go.wait()

    calls = [asyncio.create_task(call(lambda: None)) for _ in range(3)]
    await asyncio.sleep(0)
    calls[1].cancel()
    await asyncio.sleep(0)
    let_go.set()
    calls[2].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    async with asyncio.timeout(5), gate.caller(), gate.attempt():
        assert gate.look().running == 1
    assert gate.look().running == 0


async def test_where_nothing_is_allowed_callers_are_sent_away_after_a_while() -> None:
    """And let in again as soon as something is."""
    gate = RequestGate(1, patience=0.0)
    gate.allow(0, 0)
    with pytest.raises(NoSlotError):
        async with gate.caller():
            raise AssertionError("it must not be let in")
    gate.allow(1, 0)
    async with gate.caller(), gate.attempt():
        assert gate.look().running == 1


async def test_what_is_urgent_goes_before_all_others_who_wait() -> None:
    """In the order in which it came; nobody who is under way makes room for it."""
    gate, order, let_go = RequestGate(1), list[str](), asyncio.Event()

    async def call(name: str, *, urgent: bool) -> None:
        async with gate.caller(urgent=urgent), gate.attempt(urgent=urgent):
            order.append(name)
            await let_go.wait()

    names = ["delete 1", "delete 2", "read 1", "read 2"]
    async with asyncio.TaskGroup() as callers:
        for name in names:
            callers.create_task(call(name, urgent=name.startswith("read")))
            await asyncio.sleep(0)
        assert order == ["delete 1"]
        let_go.set()
    assert order == ["delete 1", "read 1", "read 2", "delete 2"]


async def test_a_read_does_not_wait_behind_the_changes_in_line() -> None:
    """The look of one message would be delayed by all DELETEs of the others."""
    at_qrs, go_on = asyncio.Event(), asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        at_qrs.set()
        await go_on.wait()
        await reply(204)(writer)

    async with (
        raw_server(TLS, hold, ABOUT, reply(204)) as server,
        qrs_client(server.port, concurrency=1) as client,
        asyncio.TaskGroup() as callers,
    ):
        for _ in range(3):
            callers.create_task(client.delete_access_license(LicenseType.ANALYZER, GUID))
        await at_qrs.wait()
        callers.create_task(client.site_version())
        await asyncio.sleep(0)
        go_on.set()
    assert [request.method for request in server.requests] == ["DELETE", "GET", "DELETE", "DELETE"]


async def test_a_delete_is_held_back_when_stop_comes_while_it_waits_in_line() -> None:
    """It is asked when its turn has come, and not when it joined the line."""
    stopped = asyncio.Event()

    async def stop(writer: asyncio.StreamWriter) -> None:
        stopped.set()
        await reply(204)(writer)

    async with (
        raw_server(TLS, stop) as server,
        qrs_client(server.port, concurrency=1) as client,
    ):
        answers = await asyncio.gather(
            *(
                client.delete_access_license(
                    LicenseType.ANALYZER, GUID, may_send=lambda: not stopped.is_set()
                )
                for _ in range(3)
            ),
            return_exceptions=True,
        )
    assert len(server.requests) == 1
    assert answers[0] is DeleteAnswer.ACCEPTED
    assert [type(each) for each in answers[1:]] == [HeldBackError, HeldBackError]
