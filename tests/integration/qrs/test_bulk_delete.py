"""Deleting by selection: exactly what was asked for, or nothing; and the selection never stays."""

import json

import pytest

from shared.adapters.qrs.bulk_delete import delete_selected
from shared.domain.errors import (
    HeldBackError,
    QrsAnswerError,
    QrsDeniedError,
    QrsError,
    QrsUnavailableError,
)
from shared.domain.model import LicenseType
from shared.domain.release import DeleteAnswer
from tests.integration.qrs.raw_server import (
    Answer,
    RawServer,
    raw_server,
    reply,
    send,
    send_and_abort,
    send_and_close,
    send_and_hang,
    server_tls,
)
from tests.integration.qrs.site import (
    GUID,
    HASTY,
    OTHER_GUID,
    PATIENT,
    ROOT,
    SERVER,
    qrs_client,
    qrs_connection,
)

TLS = server_tls(SERVER, clients=ROOT)
ANALYZER = LicenseType.ANALYZER
NO_CONTENT = send(b"HTTP/1.1 204 No Content\r\n\r\n")
SELECTION = "0a1b2c3d-0000-4000-8000-000000000001"
DELETE_ALL = f"DELETE /qrs/selection/{SELECTION}/license/analyzeraccesstype"
CLEAN_UP = f"DELETE /qrs/selection/{SELECTION}"
BOTH = [GUID, OTHER_GUID]
HALF_A_SELECTION = b'HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{"id": "'


def _made(*ids: str, kind: str = "License.AnalyzerAccessType") -> Answer:
    items = [{"id": SELECTION, "type": kind, "objectID": each} for each in ids]
    return reply(201, {"id": SELECTION, "items": items})


def _asked(server: RawServer) -> list[str]:
    return [f"{each.method} {each.path}" for each in server.requests]


async def test_three_requests_delete_any_number() -> None:
    """Select by id, delete what is selected, delete the selection; never with a filter."""
    async with (
        raw_server(TLS, _made(*BOTH), NO_CONTENT, NO_CONTENT) as server,
        qrs_client(server.port) as client,
    ):
        ids = [OTHER_GUID, GUID.upper(), GUID]
        assert await client.delete_selected(ANALYZER, ids) is DeleteAnswer.ACCEPTED
    assert _asked(server) == ["POST /qrs/selection", DELETE_ALL, CLEAN_UP]
    kind = "License.AnalyzerAccessType"
    assert json.loads(server.requests[0].body) == {
        "items": [{"type": kind, "objectID": each} for each in sorted(BOTH)]
    }
    assert server.requests[0].headers["content-type"] == "application/json"
    for each in server.requests:
        assert each.query == {"xrfkey": each.headers["x-qlik-xrfkey"]}


@pytest.mark.parametrize("ids", [[], [""], [GUID, "all"], [GUID, f"{OTHER_GUID}/license"]])
async def test_nothing_is_sent_for_no_ids_or_bad_ones(ids: list[str]) -> None:
    """A single bad id spoils all of them."""
    async with raw_server(TLS, NO_CONTENT) as server, qrs_client(server.port) as client:
        with pytest.raises(ValueError, match=r"at least one|no GUID"):
            await client.delete_selected(ANALYZER, ids)
    assert server.requests == []


OTHER_SELECTIONS = {
    "one more": _made(*BOTH, "00000000-0000-0000-0000-000000000001"),
    "one less": _made(GUID),
    "none": _made(),
    "one twice": _made(GUID, GUID),
    "another": _made(GUID, "00000000-0000-0000-0000-000000000001"),
    "another type": _made(*BOTH, kind="License.ProfessionalAccessType"),
    "no items": reply(201, {"id": SELECTION}),
}


async def test_a_selection_is_thrown_away_when_stop_comes_before_it_is_used() -> None:
    """Its licenses stay; it is asked when the turn of its DELETE has come."""
    async with (
        raw_server(TLS, _made(*BOTH), NO_CONTENT) as server,
        qrs_client(server.port) as client,
    ):
        with pytest.raises(HeldBackError):
            await client.delete_selected(ANALYZER, BOTH, may_send=lambda: False)
    assert _asked(server) == ["POST /qrs/selection", CLEAN_UP]


@pytest.mark.parametrize("case", OTHER_SELECTIONS)
async def test_another_selection_than_asked_for_is_thrown_away(case: str) -> None:
    """Nothing is deleted but the selection itself."""
    async with (
        raw_server(TLS, OTHER_SELECTIONS[case], NO_CONTENT) as server,
        qrs_client(server.port) as client,
    ):
        with pytest.raises(QrsAnswerError, match="nothing was deleted"):
            await client.delete_selected(ANALYZER, BOTH)
    assert _asked(server) == ["POST /qrs/selection", CLEAN_UP]


NO_SELECTIONS: dict[str, tuple[Answer, type[QrsError]]] = {
    "no id": (reply(201, {"items": []}), QrsAnswerError),
    "broken": (reply(201, b'{"id": '), QrsAnswerError),
    "400": (reply(400, b"<BrokenRules>", "text/plain"), QrsAnswerError),
    "403": (reply(403), QrsDeniedError),
    "login page": (reply(200, b"<html>", "text/html"), QrsDeniedError),
    "500": (reply(500), QrsUnavailableError),
    "cut body": (send_and_close(HALF_A_SELECTION), QrsUnavailableError),
    "closed": (send_and_close(), QrsUnavailableError),
    "broken off": (send_and_abort(), QrsUnavailableError),
    "silence": (send_and_hang(), QrsUnavailableError),
}


@pytest.mark.parametrize("case", NO_SELECTIONS)
async def test_without_a_selection_nothing_is_deleted(case: str) -> None:
    """It is asked for once; what became of it is not known, and does no harm."""
    answer, error = NO_SELECTIONS[case]
    timeouts = HASTY if case == "silence" else PATIENT
    async with (
        raw_server(TLS, answer) as server,
        qrs_client(server.port, timeouts=timeouts) as client,
    ):
        with pytest.raises(error):
            await client.delete_selected(ANALYZER, BOTH)
    assert _asked(server) == ["POST /qrs/selection"]


LOST: dict[str, Answer] = {
    "400": reply(400, b"<BrokenRules>", "text/plain"),
    "404": reply(404),
    "500": reply(500),
    "503 with Retry-After": reply(503, headers={"Retry-After": "0"}),
    "closed": send_and_close(),
    "broken off": send_and_abort(b"HTTP/1.1 204 No"),
    "silence": send_and_hang(),
}


@pytest.mark.parametrize("case", LOST)
async def test_a_bulk_delete_that_may_have_worked_is_sent_once(case: str) -> None:
    """It is lost, whatever part of it was done, and the selection goes all the same."""
    timeouts = HASTY if case == "silence" else PATIENT
    async with (
        raw_server(TLS, _made(*BOTH), LOST[case], NO_CONTENT) as server,
        qrs_client(server.port, timeouts=timeouts) as client,
    ):
        assert await client.delete_selected(ANALYZER, BOTH) is DeleteAnswer.LOST
    assert _asked(server) == ["POST /qrs/selection", DELETE_ALL, CLEAN_UP]


async def test_throttling_is_waited_out_at_every_step() -> None:
    """429 says that nothing was done."""
    wait = reply(429, headers={"Retry-After": "0"})
    async with (
        raw_server(TLS, wait, _made(*BOTH), wait, NO_CONTENT, wait, NO_CONTENT) as server,
        qrs_client(server.port) as client,
    ):
        assert await client.delete_selected(ANALYZER, BOTH) is DeleteAnswer.ACCEPTED
    assert _asked(server) == [
        *["POST /qrs/selection"] * 2,
        *[DELETE_ALL] * 2,
        *[CLEAN_UP] * 2,
    ]


@pytest.mark.parametrize("answer", [reply(403), reply(302, headers={"Location": "/login"})])
async def test_a_refused_bulk_delete_is_an_error(answer: Answer) -> None:
    """And the selection goes."""
    async with (
        raw_server(TLS, _made(*BOTH), answer, NO_CONTENT) as server,
        qrs_client(server.port) as client,
    ):
        with pytest.raises(QrsDeniedError):
            await client.delete_selected(ANALYZER, BOTH)
    assert _asked(server)[-1] == CLEAN_UP


@pytest.mark.parametrize("answer", [reply(500), reply(403), reply(429), send_and_close()])
async def test_a_selection_that_stays_is_told_and_changes_nothing(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    """What was deleted is deleted; the selection is named in a warning."""
    async with (
        raw_server(TLS, _made(*BOTH), NO_CONTENT, answer) as server,
        qrs_client(server.port) as client,
    ):
        assert await client.delete_selected(ANALYZER, BOTH) is DeleteAnswer.ACCEPTED
    (warning,) = _warnings(caplog)
    assert SELECTION in warning


async def test_cleaning_up_does_not_hold_up_the_work(caplog: pytest.LogCaptureFixture) -> None:
    """A QRS that hangs then is left alone after a while; the result stands."""
    async with (
        raw_server(TLS, _made(*BOTH), NO_CONTENT, send_and_hang()) as server,
        qrs_connection(server.port) as connection,
    ):
        answer = await delete_selected(connection, ANALYZER, BOTH, clean_up_seconds=0.1)
    assert answer is DeleteAnswer.ACCEPTED
    (warning,) = _warnings(caplog)
    assert SELECTION in warning


async def test_a_selection_that_is_gone_already_is_no_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """404 on cleaning up is what was wanted."""
    async with (
        raw_server(TLS, _made(*BOTH), NO_CONTENT, reply(404)) as server,
        qrs_client(server.port) as client,
    ):
        assert await client.delete_selected(ANALYZER, BOTH) is DeleteAnswer.ACCEPTED
    assert _warnings(caplog) == []


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    ours = (each for each in caplog.records if each.name == "steward.qrs")
    return [each.getMessage() for each in ours if each.levelname == "WARNING"]
