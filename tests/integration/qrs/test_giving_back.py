"""Giving licenses: sent once, refused in QRS's words, lost when nobody knows; records unharmed."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from shared.adapters.qrs import QrsClient
from shared.domain.errors import QrsAnswerError, QrsDeniedError, QrsError, QrsUnavailableError
from shared.domain.model import AccessLicense, LicenseType, UserReference
from shared.domain.release import AllocateAnswer, AllocateKind
from tests.integration.qrs.raw_server import (
    Answer,
    raw_server,
    reply,
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
)

TLS = server_tls(SERVER, clients=ROOT)
ANALYZER = LicenseType.ANALYZER
FULL = "/qrs/license/analyzeraccesstype/full"
USER = {"id": OTHER_GUID, "userId": "anna", "userDirectory": "LAB", "privileges": None}
RECORD: dict[str, object] = {
    "id": GUID,
    "createdDate": "2021-11-19T12:23:58.850Z",
    "modifiedDate": "2026-02-27T06:47:08.6Z",
    "user": USER,
    "lastUsed": "2026-02-26T06:47:08.584Z",
    "excess": False,
    "quarantined": True,
    "quarantineEnd": "2026-03-05T06:47:08.584Z",
    "deletedUserId": "",
    "privileges": None,
    "later versions": {"of": ["QRS", 1, 0.5, "é\u2028"], "know": None},
    "schemaPath": "License.AnalyzerAccessType",
}
OWN = AccessLicense(
    id=GUID,
    license_type=ANALYZER,
    user=UserReference(OTHER_GUID, "LAB", "anna"),
    created=None,
    modified=None,
    last_used=datetime(2026, 2, 26, tzinfo=UTC),
)
CREATED = reply(201, RECORD)
HALF = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"id"'

type Give = Callable[[QrsClient], Awaitable[AllocateAnswer]]


async def _allocate(client: QrsClient) -> AllocateAnswer:
    return await client.allocate(ANALYZER, OTHER_GUID)


async def _reinstate(client: QrsClient) -> AllocateAnswer:
    return await client.reinstate(OWN)


# What is asked before the change itself, by the way of giving.
WAYS: dict[str, tuple[Give, list[Answer]]] = {
    "allocate": (_allocate, []),
    "reinstate": (_reinstate, [reply(body=[RECORD])]),
}


async def test_a_license_is_given_to_a_user() -> None:
    """One POST on the access type, which names the user."""
    async with raw_server(TLS, CREATED) as server, qrs_client(server.port) as client:
        answer = await client.allocate(LicenseType.PROFESSIONAL, OTHER_GUID.upper())
    (request,) = server.requests
    assert answer == AllocateAnswer(AllocateKind.ACCEPTED)
    assert (request.method, request.path) == ("POST", "/qrs/license/professionalaccesstype")
    assert json.loads(request.body) == {"user": {"id": OTHER_GUID}}
    assert request.query == {"xrfkey": request.headers["x-qlik-xrfkey"]}


async def test_a_record_goes_back_with_one_field_changed() -> None:
    """Known and unknown fields, their order and the modifiedDate stay as they were read."""
    async with (
        raw_server(TLS, reply(body=[RECORD]), reply(200, RECORD)) as server,
        qrs_client(server.port) as client,
    ):
        assert (await client.reinstate(OWN)).kind is AllocateKind.ACCEPTED
    read, put = server.requests
    assert (read.path, read.query["filter"]) == (FULL, f"id eq {GUID}")
    assert (put.method, put.path) == ("PUT", f"/qrs/license/analyzeraccesstype/{GUID}")
    sent = json.loads(put.body)
    assert sent == RECORD | {"quarantined": False}
    assert list(sent) == list(RECORD)


NOT_TO_REINSTATE: dict[str, tuple[list[dict[str, object]], str]] = {
    "gone": ([], "gone"),
    "another license": ([RECORD | {"id": OTHER_GUID}], "gone"),
    "in force": ([RECORD | {"quarantined": False}], "not in quarantine"),
    "no word of quarantine": ([RECORD | {"quarantined": None}], "not in quarantine"),
    "user deleted": ([RECORD | {"user": None}], "deleted"),
    "another user": ([RECORD | {"user": USER | {"id": GUID}}], "another user's"),
}


@pytest.mark.parametrize("case", NOT_TO_REINSTATE)
async def test_only_the_same_quarantined_license_is_put_back(case: str) -> None:
    """Else it is refused with the reason, and nothing is sent."""
    rows, reason = NOT_TO_REINSTATE[case]
    async with raw_server(TLS, reply(body=rows)) as server, qrs_client(server.port) as client:
        answer = await client.reinstate(OWN)
    assert answer.kind is AllocateKind.REFUSED
    assert reason in answer.detail
    assert [each.method for each in server.requests] == ["GET"]


REFUSALS: dict[str, tuple[Answer, str]] = {
    "none free": (reply(400, b"<BrokenRules> no access is available", "text/plain"), "no access"),
    "changed in between": (reply(409, b"Conflict", "text/plain"), "409"),
    "not this way": (reply(405), "405"),
    "not there": (reply(404), "404"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refusal_keeps_the_words_of_qrs(way: str, case: str) -> None:
    """For the operator; it is not sent again."""
    give, before = WAYS[way]
    answer, words = REFUSALS[case]
    async with raw_server(TLS, *before, answer) as server, qrs_client(server.port) as client:
        found = await give(client)
    assert found.kind is AllocateKind.REFUSED
    assert words in found.detail
    assert len(server.requests) == len(before) + 1


LOST: dict[str, Answer] = {
    "500": reply(500),
    "502 page": reply(502, b"<html>", "text/html"),
    "503 with Retry-After": reply(503, headers={"Retry-After": "0"}),
    "no JSON": reply(201, b"", ""),
    "cut body": send_and_close(HALF),
    "closed": send_and_close(),
    "broken off": send_and_abort(),
    "silence": send_and_hang(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", LOST)
async def test_what_may_have_worked_is_sent_once(way: str, case: str) -> None:
    """Whatever comes back, or does not, a license is not asked for a second time."""
    give, before = WAYS[way]
    async with (
        raw_server(TLS, *before, LOST[case]) as server,
        qrs_client(server.port, timeouts=HASTY if case == "silence" else PATIENT) as client,
    ):
        found = await give(client)
    assert found.kind is AllocateKind.LOST
    assert found.detail
    assert len(server.requests) == len(before) + 1


@pytest.mark.parametrize("way", WAYS)
async def test_throttling_is_waited_out(way: str) -> None:
    """429 says that nothing was done: it is sent again after the wait."""
    give, before = WAYS[way]
    throttled = reply(429, headers={"Retry-After": "0"})
    async with (
        raw_server(TLS, *before, throttled, CREATED) as server,
        qrs_client(server.port) as client,
    ):
        assert (await give(client)).kind is AllocateKind.ACCEPTED
    one, two = server.requests[-2:]
    assert (one.method, one.body) == (two.method, two.body)


ERRORS: dict[str, tuple[Answer, type[QrsError]]] = {
    "login page": (reply(200, b"<html>", "text/html"), QrsDeniedError),
    "redirect": (reply(302, headers={"Location": "/login"}), QrsDeniedError),
    "403": (reply(403), QrsDeniedError),
    "throttled for good": (reply(429), QrsUnavailableError),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", ERRORS)
async def test_what_is_not_an_answer_to_it_is_an_error(way: str, case: str) -> None:
    """No license was given, and the message names what to look at."""
    give, before = WAYS[way]
    answer, error = ERRORS[case]
    async with raw_server(TLS, *before, answer) as server, qrs_client(server.port) as client:
        with pytest.raises(error):
            await give(client)


@pytest.mark.parametrize("user_id", ["", "anna", f"{OTHER_GUID}/x"])
async def test_who_is_no_guid_gets_nothing(user_id: str) -> None:
    """Refused before anything is sent."""
    async with raw_server(TLS, CREATED) as server, qrs_client(server.port) as client:
        for ask in (client.allocate, client.license_of_user):
            with pytest.raises(ValueError, match="no GUID"):
                await ask(ANALYZER, user_id)
    assert server.requests == []


async def test_the_license_of_a_user_is_found_among_others() -> None:
    """The one in force before the quarantined one; rows of others, or of nobody, don't count."""
    third, fourth, fifth = (f"00000000-0000-0000-0000-00000000000{n}" for n in (3, 4, 5))
    rows = [
        RECORD,
        RECORD | {"id": third, "quarantined": False, "quarantineEnd": None},
        RECORD | {"id": fourth, "user": None},
        RECORD | {"id": fifth, "user": USER | {"id": GUID}, "quarantined": False},
    ]
    async with raw_server(TLS, reply(body=rows)) as server, qrs_client(server.port) as client:
        found = await client.license_of_user(ANALYZER, OTHER_GUID.upper())
    assert found is not None
    assert found.id == third
    assert server.requests[0].query["filter"] == f"user.id eq {OTHER_GUID}"


async def test_a_filter_that_qrs_refuses_is_done_without() -> None:
    """Filters on an id inside the user are not documented; the whole list says the same."""
    refused = reply(400, b"Cannot parse the expression", "text/plain")
    async with (
        raw_server(TLS, refused, reply(body=[RECORD])) as server,
        qrs_client(server.port) as client,
    ):
        found = await client.license_of_user(ANALYZER, OTHER_GUID)
    assert found is not None
    assert found.id == GUID
    assert "filter" not in server.requests[1].query


async def test_an_unreadable_list_never_means_no_license() -> None:
    """It is an error, with the filter and without."""
    odd = reply(body={"value": 0})
    async with raw_server(TLS, odd) as server, qrs_client(server.port) as client:
        with pytest.raises(QrsAnswerError):
            await client.license_of_user(ANALYZER, OTHER_GUID)
    assert len(server.requests) == 2
