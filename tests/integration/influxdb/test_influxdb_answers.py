"""InfluxDbWriter and what a server may answer; needs no InfluxDB, so it runs everywhere."""

import asyncio
import logging
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from pathlib import Path
from socket import socket

import pytest
import stamina.instrumentation
import trustme

from shared.adapters.influxdb import InfluxDbWriter
from shared.adapters.line_protocol import to_line
from shared.domain.errors import PointsError
from tests.influxdb_fixture import ORG, TOKEN, InfluxDbStub, StubStore
from tests.influxdb_gate.gate import Answer, refusal, run_gate
from tests.integration.influxdb.points import release, releases

BUSY = refusal(503, "unavailable", "compacting")


@pytest.fixture
async def writer(influxdb_stub: InfluxDbStub) -> AsyncIterator[InfluxDbWriter]:
    """A writer to the stub that does not wait long between tries."""
    writer = writer_to(influxdb_stub.url)
    yield writer
    await writer.close()


def writer_to(
    url: str,
    token: str = TOKEN,
    *,
    request_timeout: float = 10,
    total_timeout: float = 60,
    attempts: int = 5,
) -> InfluxDbWriter:
    """A writer with short pauses."""
    return InfluxDbWriter(
        url,
        token,
        ORG,
        "butler",
        request_timeout=request_timeout,
        total_timeout=total_timeout,
        attempts=attempts,
        first_pause=0.01,
    )


async def error_of(writer: InfluxDbWriter) -> str:
    """The message that a write ends with."""
    with pytest.raises(PointsError) as caught:
        await writer.write([release()])
    await writer.close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_write_is_what_the_2x_api_expects(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter
) -> None:
    """Path, organization, bucket, precision, token and type of the body are those of 2.x."""
    await writer.write([release()])
    (request,) = influxdb_stub.gate.requests
    assert request.path == "/api/v2/write"
    assert request.query == {"org": ORG, "bucket": "butler", "precision": "ns"}
    assert request.headers["Authorization"] == f"Token {TOKEN}"
    assert request.headers["Content-Type"].startswith("text/plain")
    assert request.body.decode() == to_line(release())


async def test_no_points_are_no_request(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter
) -> None:
    """Nothing is sent when there is nothing to write, or nothing that can be written."""
    await writer.write([])
    with pytest.raises(PointsError, match="backslash"):
        await writer.write([release("CORP\\")])
    assert influxdb_stub.gate.requests == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refusal(401, "unauthorized", "unauthorized access"), "refused the token.*TOKEN_FILE"),
        (refusal(403, "forbidden", "insufficient permissions"), "refused the token.*permissions"),
        (refusal(404, "not found", 'bucket "butler" not found'), "INFLUXDB__BUCKET"),
        (refusal(400, "invalid", "unable to parse 'x'"), "rejected points.*unable to parse"),
        (
            refusal(422, "unprocessable entity", 'field type conflict: input field "used" on'),
            'rejected points.*"used"',
        ),
        (
            Answer(400, b'{"error":"partial write of line protocol occurred","data":'
                   b'[{"error_message":"column used is of type f64","line_number":1}]}'),
            "rejected points.*partial write.*column used",
        ),
        (Answer(400, b'{"error":"partial write: field type conflict"}'), "400: partial write"),
        (Answer(400, b"\xc3\xa4 <html>"), "400: ä <html>"),
        (Answer(400, b"[1]"), r"400: \[1\]"),
        (refusal(413, "request too large", "max 50 MB"), "no batch of this size.*max 50 MB"),
        (Answer(200, b"<html>please log in</html>"), "answered 200.*login page.*INFLUXDB__URL"),
        (Answer(302, b"", {"Location": "https://login.example/"}), "answered 302.*login page"),
        (Answer(400, b"\xe4"), "isn't InfluxDB's"),
    ],
)  # fmt: skip
async def test_an_answer_that_no_try_can_better_is_told_at_once(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter, answer: Answer, says: str
) -> None:
    """A refusal is one clear error with the server's words, and the request isn't repeated."""
    influxdb_stub.gate.answers.append(answer)
    with pytest.raises(PointsError, match=says):
        await writer.write([release()])
    assert len(influxdb_stub.gate.requests) == 1
    await writer.write([release()])
    assert influxdb_stub.store.lines == [to_line(release())]


@pytest.mark.parametrize(
    "answer",
    [
        BUSY,
        refusal(429, "too many requests", "slow down"),
        refusal(500, "internal error", "timeout"),
        Answer(502, b"<html>Bad Gateway</html>"),
        refusal(503, "unavailable", "x", retry_after="soon, perhaps"),
        Answer(hang_up=True),
    ],
)
async def test_what_may_pass_is_tried_again(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter, answer: Answer
) -> None:
    """A busy server, or one that hangs up, gets the same points again until it takes them."""
    influxdb_stub.gate.answers += [answer, answer]
    await writer.write([release()])
    assert [request.body for request in influxdb_stub.gate.requests] == [
        to_line(release()).encode()
    ] * 3
    assert influxdb_stub.store.lines == [to_line(release())]


async def test_tries_are_bounded_by_number(influxdb_stub: InfluxDbStub) -> None:
    """A server that stays busy ends in an error with its words after the last try."""
    influxdb_stub.gate.answers += [BUSY] * 9
    says = await error_of(writer_to(influxdb_stub.url, attempts=3))
    assert "503: compacting" in says
    assert "1 of 1 points were left unwritten" in says
    assert len(influxdb_stub.gate.requests) == 3


async def test_a_writer_that_is_kept_for_long_still_tries_again(
    influxdb_stub: InfluxDbStub,
) -> None:
    """Each write has its own time for tries: one that used all of it takes none of the next's."""
    writer = writer_to(influxdb_stub.url, total_timeout=0.5, attempts=10_000)
    influxdb_stub.gate.answers += [BUSY] * 10_000
    with pytest.raises(PointsError, match="503"):
        await writer.write([release()])
    tries = len(influxdb_stub.gate.requests)
    influxdb_stub.gate.answers.clear()
    influxdb_stub.gate.answers.append(BUSY)
    await writer.write([release()])
    await writer.close()
    assert len(influxdb_stub.gate.requests) == tries + 2


@pytest.fixture
def pauses() -> Iterator[list[float]]:
    """The pauses before each new try, in seconds, as the retrying library reports them."""
    seen: list[float] = []
    stamina.instrumentation.set_on_retry_hooks([lambda details: seen.append(details.wait_for)])
    yield seen
    stamina.instrumentation.set_on_retry_hooks(None)


async def test_retry_after_is_honoured(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter, pauses: list[float]
) -> None:
    """A server that asks for a second gets a second, not our own shorter pause."""
    influxdb_stub.gate.answers.append(refusal(429, "too many requests", "slow", retry_after="1"))
    await writer.write([release()])
    assert pauses == [1]


async def test_retry_after_beyond_the_time_of_a_write_is_an_error_at_once(
    influxdb_stub: InfluxDbStub, pauses: list[float]
) -> None:
    """A server that asks for an hour does not hold the worker for an hour."""
    influxdb_stub.gate.answers.append(refusal(503, "unavailable", "busy", retry_after="3600"))
    assert "503: busy" in await error_of(writer_to(influxdb_stub.url))
    assert pauses == []


async def test_a_server_that_never_answers_is_a_timeout(influxdb_stub: InfluxDbStub) -> None:
    """No answer within the request's time is an error that says so; the next try may work."""
    influxdb_stub.gate.answers.append(Answer(never=True))
    says = await error_of(writer_to(influxdb_stub.url, request_timeout=0.2, attempts=1))
    assert "did not answer in time" in says
    influxdb_stub.gate.answers.append(Answer(never=True))
    writer = writer_to(influxdb_stub.url, request_timeout=0.2)
    await writer.write([release()])
    await writer.close()
    assert influxdb_stub.store.lines == [to_line(release())]


async def test_batches_stop_when_the_time_is_up(influxdb_stub: InfluxDbStub) -> None:
    """A write of many batches has one time limit, and the error says how much is missing."""
    writer = InfluxDbWriter(
        influxdb_stub.url,
        TOKEN,
        ORG,
        "butler",
        total_timeout=0.5,
        attempts=10_000,
        first_pause=0.01,
        batch_lines=10,
    )
    await writer.write([release()])  # so that loading the library takes none of the time
    influxdb_stub.gate.answers += [Answer(), Answer(), *[BUSY] * 10_000]
    with pytest.raises(PointsError, match="75 of 95 points were left unwritten"):
        await writer.write(releases(95))
    await writer.close()


async def test_nothing_is_begun_after_the_time_is_up(influxdb_stub: InfluxDbStub) -> None:
    """A batch whose turn comes too late is not sent, and the error gives the limit."""
    says = await error_of(writer_to(influxdb_stub.url, total_timeout=0))
    assert "takes more than 0 s" in says
    assert influxdb_stub.gate.requests == []


async def test_a_server_that_is_not_there_is_told_with_its_name() -> None:
    """A refused connection names the host, the setting and what to look at."""
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        says = await error_of(writer_to(f"http://{address}/", attempts=2))
    assert f"InfluxDB at {address} can't be reached" in says
    assert "INFLUXDB__URL" in says


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("influx.example:8086", TOKEN),
        ("", TOKEN),
        ("http://", TOKEN),
        ("http://[broken", TOKEN),
        ("http://127.0.0.1:port", TOKEN),
        ("ftp://127.0.0.1", TOKEN),
        ("http://127.0.0.1:1", "two\nsecret lines"),
        ("http://127.0.0.1:1", "secret \u201cquotes\u201d"),
    ],
)
async def test_settings_that_make_no_request_are_told_without_the_token(
    url: str, token: str
) -> None:
    """A URL or token that can't be used is one error about them that shows no secret."""
    says = await error_of(writer_to(url, token))
    assert "http(s)://host:port, and the token as one line" in says
    assert "secret" not in says


async def test_secrets_stay_out_of_errors_and_logs(
    influxdb_stub: InfluxDbStub, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the token nor a password in the URL is shown, however much is logged."""
    caplog.set_level(logging.DEBUG)
    influxdb_stub.gate.answers += [BUSY, refusal(401, "unauthorized", "no")]
    url = influxdb_stub.url.replace("//", "//me:pa55@word@")
    says = await error_of(writer_to(url))
    assert f"InfluxDB at 127.0.0.1:{influxdb_stub.url.rpartition(':')[2]} refused" in says
    for text in (says, caplog.text, *(str(vars(record)) for record in caplog.records)):
        assert TOKEN not in text
        assert "pa55" not in text


async def test_many_tasks_share_a_writer(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter
) -> None:
    """Writes at the same time all arrive."""
    points = releases(40)
    await asyncio.gather(*(writer.write([point]) for point in points))
    assert sorted(influxdb_stub.store.lines) == sorted(to_line(point) for point in points)


async def test_a_closed_writer_can_be_closed_again_and_used_again(
    influxdb_stub: InfluxDbStub, writer: InfluxDbWriter
) -> None:
    """Closing is harmless at any time."""
    await writer.close()
    await writer.write([release()])
    await writer.close()
    await writer.close()
    await writer.write([release()])
    assert len(influxdb_stub.store.lines) == 2


@pytest.fixture
def tls_url(tmp_path: Path) -> Iterator[str]:
    """The stub over TLS, with a certificate of an authority that only `ca.pem` knows."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with run_gate(StubStore(), TOKEN, ORG, tls) as gate:
        yield gate.url


async def test_a_server_that_cannot_be_verified_gets_no_token(tls_url: str) -> None:
    """An unknown authority is an error of its own, and not tried again."""
    says = await error_of(writer_to(tls_url))
    assert "no TLS certificate that can be verified" in says
    assert "SSL_CERT_FILE" in says


async def test_a_server_of_a_known_authority_is_written_to(
    tls_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE names the root of an InfluxDB with a private certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    writer = writer_to(tls_url)
    await writer.write([release()])
    await writer.close()


def test_importing_the_writer_loads_no_client() -> None:
    """A worker without an InfluxDB never waits for its library."""
    code = "import sys, shared.adapters.influxdb as _; print('influxdb_client' in sys.modules)"
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own code
    assert output.stdout.split() == [b"False"]


async def test_the_stub_itself_refuses_as_2x_does(influxdb_stub: InfluxDbStub) -> None:
    """The stub looks at path, token, organization and bucket, so these tests can fail."""
    for org, bucket, token, path in [
        (ORG, "butler", "no", ""),
        ("no", "butler", TOKEN, ""),
        (ORG, "no", TOKEN, ""),
        (ORG, "butler", TOKEN, "/proxied"),
    ]:
        writer = InfluxDbWriter(influxdb_stub.url + path, token, org, bucket)
        expected = HTTPStatus.UNAUTHORIZED if token == "no" else HTTPStatus.NOT_FOUND
        with pytest.raises(PointsError, match=f"{expected:d}: "):
            await writer.write([release()])
        await writer.close()
    assert influxdb_stub.store.lines == []
