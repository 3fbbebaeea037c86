"""Webhook and real servers: what is sent, when it is sent again, what is told when it fails."""

import asyncio
import logging
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stamina.instrumentation
import trustme

from shared.adapters.webhook import NoWebhook, Webhook
from shared.domain.notice import Notice, NoticeKind
from shared.usecases.ports import Notifier
from tests.integration.qrs.raw_server import raw_server, send_and_abort
from tests.integration.webhook.receiver import SILENCE, Answer, Receiver, receiver

ACCEPTED, BUSY = Answer(202), Answer(503)
SECRET = "s3cr3t"
NOTICE = Notice(
    NoticeKind.PLAN_WAITING,
    "Prod #1",
    "A plan waits for approval",
    "Plan p-1 would release 3 licenses of DIR\\Zoë.",
    datetime(2026, 3, 1, 2, 30, tzinfo=UTC),
    {"analyzer": 2, "professional": 1, "plan": "p-1"},
)


class Failures:
    """Remembers what failed."""

    def __init__(self) -> None:
        self.told: list[tuple[NoticeKind, str]] = []

    def __call__(self, kind: NoticeKind, sentence: str) -> None:
        """Take a failure."""
        self.told.append((kind, sentence))

    @property
    def sentence(self) -> str:
        """The one sentence that was told; nothing of the address is in it."""
        ((kind, sentence),) = self.told
        assert kind is NOTICE.kind
        assert sentence.endswith(".")
        assert "127.0.0.1" not in sentence
        assert SECRET not in sentence
        assert "workflows" not in sentence
        return sentence


@pytest.fixture
def failures() -> Failures:
    """Where the webhook tells its failures."""
    return Failures()


def webhook_to(
    url: str, failures: Failures, *, request_timeout: float = 10, total_timeout: float = 20
) -> Webhook:
    """A webhook for every kind, with short pauses."""
    return Webhook(
        url,
        tuple(NoticeKind),
        failures,
        request_timeout=request_timeout,
        total_timeout=total_timeout,
        first_pause=0.01,
    )


async def failure_of(failures: Failures, *answers: Answer) -> tuple[str, Receiver]:
    """The sentence that a notice ends with when the server answers so, and what was sent."""
    with receiver(*answers) as server:
        await webhook_to(server.url, failures).notify(NOTICE)
    return failures.sentence, server


async def test_the_message_holds_a_card_and_the_same_for_programs(failures: Failures) -> None:
    """Teams finds its adaptive card, a Logic App finds plain fields at the top level."""
    with receiver(ACCEPTED) as server:
        port: Notifier = webhook_to(server.url, failures)
        await port.notify(NOTICE)
    assert failures.told == []
    assert server.targets == ["/workflows/x?sig=s3cr3t"]
    assert server.headers[0]["content-type"] == "application/json"
    blocks = [
        {"type": "TextBlock", "text": NOTICE.title, "weight": "Bolder", "size": "Medium"},
        {"type": "TextBlock", "text": NOTICE.text},
    ]
    facts = [("analyzer", "2"), ("professional", "1"), ("plan", "p-1")]
    assert server.message == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        *({**block, "wrap": True} for block in blocks),
                        {
                            "type": "FactSet",
                            "facts": [{"title": name, "value": value} for name, value in facts],
                        },
                    ],
                },
            }
        ],
        "event": "plan.waiting",
        "site": "Prod #1",
        "title": NOTICE.title,
        "text": NOTICE.text,
        "at": "2026-03-01T02:30:00+00:00",
        "figures": {"analyzer": 2, "professional": 1, "plan": "p-1"},
    }


async def test_odd_texts_and_no_figures(failures: Failures) -> None:
    """Half a surrogate pair breaks nothing, and a card without figures has no empty facts."""
    odd = Notice(NOTICE.kind, "s", 'a "title"\n', "\ud800", NOTICE.at)
    with receiver(ACCEPTED) as server:
        await webhook_to(server.url, failures).notify(odd)
    assert failures.told == []
    assert server.message["title"] == 'a "title"\n'
    assert b"FactSet" not in server.bodies[0]


async def test_only_chosen_kinds_are_sent(failures: Failures) -> None:
    """What the operator left out of WEBHOOK__EVENTS is not posted and is no failure."""
    kinds = [NoticeKind.LICENSES_MARKED, NoticeKind.LICENSES_RELEASED]
    with receiver(ACCEPTED) as server:
        await Webhook(server.url, kinds, failures).notify(NOTICE)
        await Webhook(server.url, [], failures).notify(NOTICE)
        assert server.bodies == []
        await Webhook(server.url, [NOTICE.kind], failures).notify(NOTICE)
    assert len(server.bodies) == 1
    assert failures.told == []


async def test_no_webhook_is_a_notifier() -> None:
    """Where none is configured, telling does nothing."""
    port: Notifier = NoWebhook()
    await port.notify(NOTICE)


@pytest.mark.parametrize("first", [Answer(429), Answer(500), BUSY, Answer(408)])
async def test_a_passing_failure_is_tried_again(failures: Failures, first: Answer) -> None:
    """After a busy answer the same message goes out again, and all is well."""
    with receiver(first, ACCEPTED) as server:
        await webhook_to(server.url, failures).notify(NOTICE)
    assert failures.told == []
    assert len(server.bodies) == 2
    assert server.bodies[0] == server.bodies[1]


async def test_tries_are_bounded(failures: Failures) -> None:
    """A server that stays busy is asked three times, then it is told."""
    sentence, server = await failure_of(failures, BUSY)
    assert "busy or out of order (503)" in sentence
    assert len(server.bodies) == 3


async def test_a_short_retry_after_is_kept_and_a_long_one_ends_it(failures: Failures) -> None:
    """A wait that the server asks for is waited, unless it is longer than all tries may take."""
    waits: list[float] = []
    note = lambda details: waits.append(details.wait_for)  # noqa: E731
    stamina.instrumentation.set_on_retry_hooks([note])
    try:
        with receiver(Answer(429, {"Retry-After": "1"}), ACCEPTED) as server:
            await webhook_to(server.url, failures).notify(NOTICE)
        assert failures.told == []
        assert waits == [1.0]
        _, server = await failure_of(failures, Answer(429, {"Retry-After": "3600"}))
        assert len(server.bodies) == 1
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)


async def test_silence_ends_in_time(failures: Failures) -> None:
    """A server that takes the message and says nothing is given up, try by try."""
    with receiver(Answer(SILENCE)) as server:
        await webhook_to(server.url, failures, request_timeout=0.1).notify(NOTICE)
    assert "did not answer in time" in failures.sentence
    assert len(server.bodies) == 3


async def test_a_cut_connection_is_tried_again(failures: Failures) -> None:
    """A connection that is reset in the middle of the answer is told after the last try."""
    async with raw_server(None, send_and_abort(b"HTTP/1.1 20")) as server:
        await webhook_to(f"http://127.0.0.1:{server.port}/", failures).notify(NOTICE)
    assert "can't be reached" in failures.sentence
    assert server.connections == 3


async def test_nothing_listening(failures: Failures) -> None:
    """A closed port ends in a sentence that says what to check."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/{SECRET}"
        await webhook_to(url, failures).notify(NOTICE)
    assert "can't be reached" in failures.sentence
    assert "WEBHOOK__URL_SECRET" in failures.sentence


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_never_followed(failures: Failures, status: int) -> None:
    """A redirect could lead the message anywhere: it ends there, at the first try."""
    sentence, server = await failure_of(
        failures, Answer(status, {"Location": f"/elsewhere?{SECRET}"}), ACCEPTED
    )
    assert f"({status})" in sentence
    assert "redirects" in sentence
    assert len(server.targets) == 1


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "does not take the message"),
        (401, "copy the address anew"),
        (403, "copy the address anew"),
        (404, "switch its workflow on"),
        (410, "switch its workflow on"),
        (413, "does not take the message"),
    ],
)
async def test_other_refusals_have_their_advice_and_are_final(
    failures: Failures, status: int, advice: str
) -> None:
    """What will not pass by itself is posted once and told with what to do."""
    sentence, server = await failure_of(failures, Answer(status), ACCEPTED)
    assert advice in sentence
    assert f"({status})" in sentence
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("", "no whole address"),
        (SECRET, "no whole address"),
        (f"//flow.example.com/{SECRET}", "no whole address"),
        (f"ftp://flow.example.com/{SECRET}", "no whole address"),
        (f"https:///{SECRET}", "no whole address"),
        (f"http://flow.example.com/{SECRET}", "for all to read"),
        (f"http://127.0.0.1.example.com/{SECRET}", "for all to read"),
        (f"https://me:{SECRET}@flow.example.com/", "user or password"),
        (f"https://h:{SECRET}/", "no address that can be called"),
        (f"https://h/\x00{SECRET}", "no address that can be called"),
        (f"https://xn--/{SECRET}", "no address that can be called"),
        (f"https://h/\udc80{SECRET}", "no address that can be called"),
    ],
)
async def test_an_address_that_cannot_be_used_is_told_and_not_shown(
    failures: Failures, url: str, advice: str
) -> None:
    """Nothing is sent, the work goes on, and the sentence says what to write."""
    await webhook_to(url, failures).notify(NOTICE)
    assert advice in failures.sentence
    assert "https://" in failures.sentence


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_http_is_fine_on_this_machine(failures: Failures, host: str) -> None:
    """For trying it out: a loopback address needs no certificate; blanks around it don't count."""
    with receiver(ACCEPTED) as server:
        url = f" {server.url.replace('127.0.0.1', host)}\n"
        await webhook_to(url, failures).notify(NOTICE)
    assert failures.told == []
    assert len(server.bodies) == 1


@pytest.fixture
def authority() -> trustme.CA:
    """An authority made for the test."""
    return trustme.CA()


def tls_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """A server's TLS with a certificate for `name`."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(tls)
    return tls


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is one of the system's, as SSL_CERT_FILE says."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.mark.usefixtures("trusted")
async def test_https_with_a_trusted_certificate(failures: Failures, authority: trustme.CA) -> None:
    """Over TLS the message arrives like any other."""
    with receiver(ACCEPTED, tls=tls_for(authority, "127.0.0.1")) as server:
        await webhook_to(server.url, failures).notify(NOTICE)
    assert failures.told == []
    assert server.message["event"] == "plan.waiting"


async def test_an_unknown_authority_gets_nothing(failures: Failures, authority: trustme.CA) -> None:
    """A certificate that nobody vouches for: not a byte of the message, one try, clear advice."""
    with receiver(ACCEPTED, tls=tls_for(authority, "127.0.0.1")) as server:
        await webhook_to(server.url, failures).notify(NOTICE)
    assert "no TLS certificate that can be verified" in failures.sentence
    assert server.bodies == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_for_another_name_gets_nothing(
    failures: Failures, authority: trustme.CA
) -> None:
    """The name is verified too."""
    with receiver(ACCEPTED, tls=tls_for(authority, "flow.example.com")) as server:
        await webhook_to(server.url, failures).notify(NOTICE)
    assert "must bear the name" in failures.sentence
    assert server.bodies == []


async def test_the_address_is_never_logged(
    failures: Failures, caplog: pytest.LogCaptureFixture
) -> None:
    """At the lowest level of every library, through success, retry and failure: no secret."""
    with caplog.at_level(logging.DEBUG), receiver(BUSY, ACCEPTED, Answer(403)) as server:
        webhook = webhook_to(server.url, failures)
        await webhook.notify(NOTICE)
        await webhook.notify(NOTICE)
        await webhook_to(f"http://flow.example.com/{SECRET}", failures).notify(NOTICE)
    assert len(failures.told) == 2
    assert caplog.records
    logged = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert SECRET not in logged
    assert SECRET not in repr(webhook)


async def test_being_stopped_is_no_failure(failures: Failures) -> None:
    """A worker that shuts down cancels the notice, and nothing keeps it from ending."""
    with receiver(Answer(SILENCE)) as server:
        task = asyncio.create_task(webhook_to(server.url, failures).notify(NOTICE))
        await asyncio.to_thread(server.came.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert failures.told == []


async def test_notices_side_by_side_and_in_another_loop(failures: Failures) -> None:
    """One webhook serves many tasks, and every event loop."""
    with receiver(ACCEPTED) as server:
        webhook = webhook_to(server.url, failures)
        await asyncio.gather(*(webhook.notify(NOTICE) for _ in range(5)))
        await asyncio.to_thread(lambda: asyncio.run(webhook.notify(NOTICE)))
    assert len(server.bodies) == 6
    assert failures.told == []
