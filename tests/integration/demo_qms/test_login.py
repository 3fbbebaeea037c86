"""NTLM on the demo QMS: a login belongs to one TCP connection."""

import base64
import os
import ssl
from pathlib import Path

import httpx
import pytest
import spnego
import trustme

from local.demo_qms.accounts import Accounts
from local.demo_qms.behaviour import Behaviour
from local.demo_qms.ntlm import VARIABLE
from local.demo_qms.service import DemoQms
from tests.qms_fixture import NtlmLegs, QmsCaller, StartDemoQms, small_farm

OPERATION = "GetTimeLimitedServiceKey"


def _authorization(token: bytes | None, scheme: str = "NTLM") -> dict[str, str]:
    return {"Authorization": f"{scheme} {base64.b64encode(token or b'').decode()}"}


def _challenge(answer: httpx.Response) -> bytes:
    return base64.b64decode(answer.headers["WWW-Authenticate"].partition(" ")[2])


def _statuses(qms: DemoQms) -> list[tuple[int, str, int]]:
    return [(x.status, x.account, x.connection) for x in qms.log.entries()]


def test_who_knows_the_password_is_logged_in(demo_qms: StartDemoQms) -> None:
    """Two requests on one connection: the challenge, then the answer."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        assert caller.post(OPERATION).status_code == 200
    assert _statuses(qms) == [(401, "", 1), (200, qms.user, 1)]


def test_a_call_without_login_is_told_how_to(demo_qms: StartDemoQms) -> None:
    """401 with each scheme in a header of its own, and nothing is done."""
    qms = demo_qms(schemes=("Negotiate", "NTLM"))
    answer = httpx.post(qms.url, content="")
    assert answer.status_code == 401
    assert answer.headers.get_list("WWW-Authenticate") == ["Negotiate", "NTLM"]


@pytest.mark.parametrize(
    ("user", "password"),
    [("ACME\\steward", "wrong"), ("ACME\\nobody", "x"), ("OTHER\\steward", "x"), ("steward", "x")],
)
def test_a_wrong_login_is_refused(demo_qms: StartDemoQms, user: str, password: str) -> None:
    """401 after the last step, for a wrong password, account or domain."""
    qms = demo_qms()
    with QmsCaller(qms, user=user, password=password) as caller:
        answer = caller.post(OPERATION)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "NTLM")
    assert qms.log.calls() == []


def test_names_are_known_in_any_case(demo_qms: StartDemoQms) -> None:
    """Windows does not mind the case of domain and user."""
    qms = demo_qms()
    with QmsCaller(qms, user="acme\\Steward", password=qms.password) as caller:
        assert caller.call("Ping").status_code == 200


@pytest.mark.parametrize("schemes", [("Negotiate",), ("Negotiate", "NTLM")])
def test_negotiate_carries_ntlm_too(demo_qms: StartDemoQms, schemes: tuple[str, ...]) -> None:
    """Where Negotiate is offered, a client logs in by it without a domain controller."""
    qms = demo_qms(schemes=schemes)
    with QmsCaller(qms, scheme="Negotiate") as caller:
        assert caller.call("Ping").status_code == 200


def test_a_scheme_that_is_not_offered_is_refused(demo_qms: StartDemoQms) -> None:
    """Negotiate where only NTLM is offered, and Basic anywhere."""
    qms = demo_qms()
    with QmsCaller(qms, scheme="Negotiate") as caller:
        assert caller.post(OPERATION).status_code == 401
    basic = httpx.post(qms.url, content="", auth=(qms.user, qms.password))
    assert (basic.status_code, basic.headers["WWW-Authenticate"]) == (401, "NTLM")


def test_the_last_step_on_another_connection_is_worth_nothing(demo_qms: StartDemoQms) -> None:
    """The server keeps the state by connection, as Windows does."""
    qms = demo_qms()
    context = spnego.client(qms.user, qms.password, protocol="ntlm")
    with httpx.Client() as first, httpx.Client() as second:
        challenge = first.post(qms.url, headers=_authorization(context.step()))
        last = _authorization(context.step(_challenge(challenge)))
        assert second.post(qms.url, headers=last).status_code == 401
        assert first.post(qms.url, headers=last).status_code == 415


def test_every_request_needs_its_own_login(demo_qms: StartDemoQms) -> None:
    """That is WCF's default: the connection stays open, but says nothing of who calls."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        assert caller.post(OPERATION).status_code == 200
        assert caller.http.post(qms.url, auth=httpx.Auth()).status_code == 401
    assert {entry.connection for entry in qms.log.entries()} == {1}


def test_a_connection_may_stay_logged_in(demo_qms: StartDemoQms) -> None:
    """Where the server is set so, one login is enough for the connection, and only for it."""
    world = small_farm()
    world.behaviour = Behaviour(login="once a connection")
    qms = demo_qms(world)
    with QmsCaller(qms) as caller:
        assert caller.post(OPERATION).status_code == 200
        assert caller.http.post(qms.url, auth=httpx.Auth()).status_code == 415
    assert httpx.post(qms.url).status_code == 401


@pytest.mark.parametrize("token", ["", "!", "AAAA", "TlRMTVNTUAABAAAA", "TlRMTVNTUAADAAAA"])
def test_rubbish_is_a_failed_login(demo_qms: StartDemoQms, token: str) -> None:
    """A token that is none gets 401, and the connection can still be used."""
    qms = demo_qms(schemes=("NTLM", "Negotiate"))
    with QmsCaller(qms) as caller:
        for scheme in ("NTLM", "Negotiate"):
            rubbish = {"Authorization": f"{scheme} {token}".strip()}
            assert caller.http.post(qms.url, headers=rubbish, auth=httpx.Auth()).status_code == 401
        assert caller.post(OPERATION).status_code == 200
    assert {entry.connection for entry in qms.log.entries()} == {1}


def test_two_at_once_keep_their_passwords_apart(demo_qms: StartDemoQms) -> None:
    """The same account with another password on each: what fits one does not fit the other."""
    one, other = demo_qms(), demo_qms()
    assert one.password != other.password
    for qms, wrong in ((one, other.password), (other, one.password), (one, other.password)):
        with QmsCaller(qms) as caller, QmsCaller(qms, password=wrong) as intruder:
            assert caller.post(OPERATION).status_code == 200
            assert intruder.post(OPERATION).status_code == 401


def test_the_environment_is_as_before_when_all_have_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The variable of the NTLM library is ours only while a demo QMS runs; the file goes."""
    monkeypatch.setenv(VARIABLE, "/somewhere/else")
    with DemoQms.start(world=small_farm()):
        with DemoQms.start(world=small_farm()):
            file = Path(os.environ[VARIABLE])
            assert file.stat().st_mode & 0o077 == 0
        assert file.exists()
    assert os.environ[VARIABLE] == "/somewhere/else"
    assert not file.exists()
    monkeypatch.delenv(VARIABLE)
    with DemoQms.start(world=small_farm()):
        assert VARIABLE in os.environ
    assert VARIABLE not in os.environ


def test_https_with_a_given_certificate(demo_qms: StartDemoQms, tmp_path: Path) -> None:
    """As behind a reverse proxy: the same service and login, encrypted."""
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    qms = demo_qms(certificate=(certificate, key))
    assert qms.url.startswith("https://")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with (
        QmsCaller(qms) as caller,
        httpx.Client(verify=context, auth=NtlmLegs(qms.user, qms.password)) as client,
    ):
        body = caller.envelope(OPERATION)
        answer = client.post(qms.url, content=body, headers=caller.headers(OPERATION))
    assert answer.status_code == 200


def test_accounts_can_change_while_it_runs(demo_qms: StartDemoQms) -> None:
    """A new account can log in at once, and an old one with its new password."""
    accounts = Accounts.default()
    qms = demo_qms(accounts=accounts)
    accounts.add("ACME\\auditor", "pass word/ü!", frozenset())
    accounts.add(qms.user, "another")
    for user, password in (("ACME\\auditor", "pass word/ü!"), (qms.user, "another")):
        with QmsCaller(qms, user=user, password=password) as caller:
            assert caller.post(OPERATION).status_code == 200
