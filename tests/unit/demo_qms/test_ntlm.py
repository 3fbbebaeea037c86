"""The NTLM acceptor of the demo QMS."""

import base64
import contextlib

import pytest
import spnego
from hypothesis import given
from hypothesis import strategies as st

from local.demo_qms.accounts import Accounts
from local.demo_qms.ntlm import Handshake, LoginError, passwords_in_use

ACCOUNTS = Accounts()
ACCOUNTS.add("ACME\\steward", "secret")


def _first(scheme: str) -> bytes:
    return spnego.client("ACME\\steward", "secret", protocol=scheme).step() or b""


@pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
@given(data=st.data())
def test_any_token_is_taken_or_refused(scheme: str, data: st.DataObject) -> None:
    """Rubbish, and good tokens with some bytes changed or cut off, never do anything else."""
    good = bytearray(_first(scheme))
    for place in data.draw(st.lists(st.integers(0, len(good) - 1), max_size=5)):
        good[place] = data.draw(st.integers(0, 255))
    token = data.draw(
        st.one_of(st.binary(max_size=80), st.just(bytes(good)[: data.draw(st.integers(0, 200))]))
    )
    with passwords_in_use():
        handshake = Handshake(scheme, ACCOUNTS)
        with contextlib.suppress(LoginError):
            handshake.step(base64.b64encode(token).decode())
            handshake.step(base64.b64encode(token).decode())
        assert handshake.account is None


def test_a_handshake_tells_who_it_is() -> None:
    """Only when it is over."""
    with passwords_in_use():
        client = spnego.client("ACME\\steward", "secret", protocol="ntlm")
        handshake = Handshake("ntlm", ACCOUNTS)
        answer = handshake.step(base64.b64encode(client.step() or b"").decode())
        assert handshake.account is None
        last = client.step(base64.b64decode(answer)) or b""
        assert handshake.step(base64.b64encode(last).decode()) == ""
        assert handshake.account == "ACME\\steward"
