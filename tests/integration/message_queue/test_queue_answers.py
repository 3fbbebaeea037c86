"""StorageMessageQueue and what a storage account may answer that Azurite does not."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from azure.core.credentials import AccessToken

from shared.adapters.message_queue import StorageMessageQueue
from shared.domain.errors import MessageQueueError
from tests.integration.ledger.storage_servers import serving

PUT = (
    "<?xml version='1.0'?><QueueMessagesList><QueueMessage><MessageId>m</MessageId>"
    "<InsertionTime>Fri, 02 Jan 2026 03:04:05 GMT</InsertionTime>"
    "<ExpirationTime>Fri, 09 Jan 2026 03:04:05 GMT</ExpirationTime><PopReceipt>p</PopReceipt>"
    "<TimeNextVisible>Fri, 02 Jan 2026 03:04:05 GMT</TimeNextVisible></QueueMessage>"
    "</QueueMessagesList>"
)


@dataclass
class Seen:
    """The requests and the Authorization headers that came."""

    requests: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)


@contextmanager
def storage_that_answers(
    *answers: tuple[int, str], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, Seen]]:
    """Gives the answers (status and error code) one after the other, the last again and again."""
    seen, left = Seen(), list(answers)

    class Answer(BaseHTTPRequestHandler):
        """The queue service's place."""

        def do_POST(self) -> None:
            """Answer, whatever is asked."""
            seen.requests.append(f"{self.command} {self.path.partition('?')[0]}")
            seen.authorizations.append(self.headers.get("Authorization", ""))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, code = left.pop(0) if len(left) > 1 else left[0]
            error = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No.</Message></Error>"
            body = (error if code else PUT).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            if code:
                self.send_header("x-ms-error-code", code)
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with serving(Answer, tls) as port:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}/acc", seen


def with_key(address: str, *, retries: int = 0) -> StorageMessageQueue:
    """A queue by an account key."""
    text = f"AccountName=acc;AccountKey=Zm9v;QueueEndpoint={address}"
    return StorageMessageQueue.from_connection_string(text, retries=retries)


async def complaint_of(queue: StorageMessageQueue) -> str:
    """What a message that can't be put ends with."""
    with pytest.raises(MessageQueueError) as caught:
        await queue.put_back("text", timedelta(0))
    queue.close()
    return str(caught.value)


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (503, "ServerBusy", "busy or out of order (503 ServerBusy"),
        (429, "TooManyRequests", "busy or out of order (429"),
        (403, "AuthorizationPermissionMismatch", "Storage Queue Data Contributor"),
        (400, "OutOfRangeInput", "refused a message for the queue release-candidates (400"),
    ],
)
async def test_each_refusal_has_its_advice(status: int, code: str, advice: str) -> None:
    """What to do depends on the answer, and the answer's code is always told."""
    with storage_that_answers((status, code)) as (address, _):
        said = await complaint_of(with_key(address))
    assert advice in said
    assert code in said


async def test_a_busy_account_is_asked_again() -> None:
    """After one 503 the message is put."""
    with storage_that_answers((503, "ServerBusy"), (201, "")) as (address, seen):
        queue = with_key(address, retries=1)
        await queue.put_back("text", timedelta(0))
        queue.close()
    assert seen.requests == ["POST /acc/release-candidates/messages"] * 2


async def test_a_queue_that_is_made_meanwhile_is_used() -> None:
    """Two instances find no queue and make it; the slower one is not bothered."""
    answers = (404, "QueueNotFound"), (409, "QueueAlreadyExists"), (201, "")
    with storage_that_answers(*answers) as (address, seen):
        queue = with_key(address)
        await queue.put_back("text", timedelta(0))
        queue.close()
    assert seen.requests[1] == "PUT /acc/release-candidates"
    assert len(seen.requests) == 3


async def test_a_queue_that_is_being_deleted_is_said_to_be_so() -> None:
    """The service refuses to make a queue for a while after it was deleted."""
    with storage_that_answers((404, "QueueNotFound"), (409, "QueueBeingDeleted")) as (address, _):
        assert "409 QueueBeingDeleted" in await complaint_of(with_key(address))


class Identity:
    """A credential that hands out one token."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """The token."""
        return AccessToken("a-token", 2**33)


async def test_an_identity_sends_its_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token goes to the address of the queue service, over verified TLS."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with storage_that_answers((201, ""), tls=tls) as (address, seen):
        queue = StorageMessageQueue.from_identity(address, Identity())
        await queue.put_back("text", timedelta(0))
        queue.close()
    assert seen.authorizations == ["Bearer a-token"]


async def test_an_identity_needs_https() -> None:
    """A token is never sent in the clear: an http address is refused with the setting's name."""
    queue = StorageMessageQueue.from_identity("http://127.0.0.1:9", Identity())
    assert "AzureWebJobsStorage__queueServiceUri" in await complaint_of(queue)
