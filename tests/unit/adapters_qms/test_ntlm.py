"""Signing in by NTLM, where a server behaves in ways that a real one seldom shows."""

import base64
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.qms.ntlm import Account, NtlmTransport
from shared.domain.errors import QmsAnswerError

_ACCOUNT = Account("ACME\\steward", "correct horse")
# A type 2 message as Windows sends it, without target information.
_CHALLENGE = (
    b"NTLMSSP\x00\x02\x00\x00\x00\x00\x00\x00\x00\x38\x00\x00\x00\x05\x82\x89\xa2"
    b"\x01\x23\x45\x67\x89\xab\xcd\xef" + bytes(8) + bytes(4) + b"\x38\x00\x00\x00"
    b"\x0a\x00\x39\x38\x00\x00\x00\x0f"
)


class _Endless(httpx.AsyncByteStream):
    """A body without an end; counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += 65_536
            yield bytes(65_536)

    async def aclose(self) -> None:
        self.closed = True


class _Server(httpx.AsyncBaseTransport):
    """Answers as `answer` says, which is told how many requests came before."""

    def __init__(self, answer: Callable[[int], httpx.Response]) -> None:
        self.answer = answer
        self.signs: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.signs.append(request.headers.get("authorization", ""))
        return self.answer(len(self.signs) - 1)


def _unauthorized(
    *ways: str, connection: object = None, body: httpx.AsyncByteStream | None = None
) -> httpx.Response:
    return httpx.Response(
        401,
        headers=[("WWW-Authenticate", way) for way in ways],
        stream=body or httpx.ByteStream(b""),
        extensions={"network_stream": connection},
    )


def _challenge(token: bytes = _CHALLENGE) -> str:
    return f"NTLM {base64.b64encode(token).decode()}"


async def _ask(server: _Server) -> httpx.Response:
    async with httpx.AsyncClient(transport=NtlmTransport(server, _ACCOUNT)) as client:
        return await client.post("http://qvs01/QMS/Service", content=b"x")


async def test_the_three_legs_carry_negotiation_and_answer() -> None:
    """Nothing, a type 1 message, and a type 3 message with the account but not the password."""
    answers = [_unauthorized("Negotiate", "NTLM"), _unauthorized(_challenge()), httpx.Response(200)]
    server = _Server(answers.__getitem__)
    assert (await _ask(server)).status_code == 200
    bare, first, third = server.signs
    assert bare == ""
    assert base64.b64decode(first.removeprefix("NTLM "))[:12] == b"NTLMSSP\x00\x01\x00\x00\x00"
    last = base64.b64decode(third.removeprefix("NTLM "))
    assert last[:12] == b"NTLMSSP\x00\x03\x00\x00\x00"
    assert "steward".encode("utf-16-le") in last
    assert "correct".encode("utf-16-le") not in last


async def test_a_refusal_on_the_same_connection_is_final() -> None:
    """Trying a wrong password again would help to lock the account."""
    one = object()
    answers = [
        _unauthorized("NTLM", connection=one),
        _unauthorized(_challenge(), connection=one),
        _unauthorized("NTLM", connection=one),
    ]
    server = _Server(answers.__getitem__)
    assert (await _ask(server)).status_code == 401
    assert len(server.signs) == 3


async def test_a_handshake_torn_over_two_connections_is_begun_again_a_few_times() -> None:
    """The server had no challenge out on the second one, so it said nothing of the account."""

    def torn(number: int) -> httpx.Response:
        return _unauthorized(_challenge() if number % 2 else "NTLM", connection=object())

    server = _Server(torn)
    assert (await _ask(server)).status_code == 401
    assert len(server.signs) == 1 + 3 * 2


async def test_a_refusal_with_an_endless_page_is_not_read_to_its_end() -> None:
    """A megabyte is enough of it."""
    page = _Endless()
    answers = [_unauthorized("NTLM", body=page), httpx.Response(200)]
    assert (await _ask(_Server(answers.__getitem__))).status_code == 200
    assert page.taken < 2_000_000
    assert page.closed


async def test_an_account_shows_no_password() -> None:
    """Neither as text nor as part of something else."""
    assert "correct" not in repr([_ACCOUNT])


@given(
    st.binary(max_size=80)
    | st.builds(
        lambda at, put: _CHALLENGE[:at] + put + _CHALLENGE[at + len(put) :],
        st.integers(0, len(_CHALLENGE)),
        st.binary(max_size=12),
    )
)
@example(_CHALLENGE)
async def test_any_challenge_is_answered_or_refused(token: bytes) -> None:
    """Whatever the library makes of it, nothing but `QmsAnswerError` comes out."""
    answers = [_unauthorized("NTLM"), _unauthorized(_challenge(token)), httpx.Response(200)]
    server = _Server(answers.__getitem__)
    try:
        assert (await _ask(server)).status_code in {200, 401}
    except QmsAnswerError as error:
        said = str(error)
        assert "broke off the sign-in" in said


@pytest.mark.parametrize("way", ["Basic realm=x", "Kerberos", ""])
async def test_no_account_is_sent_where_ntlm_is_not_offered(way: str) -> None:
    """The answer comes back as it is."""
    server = _Server(lambda _: _unauthorized(way))
    assert (await _ask(server)).status_code == 401
    assert server.signs == [""]
