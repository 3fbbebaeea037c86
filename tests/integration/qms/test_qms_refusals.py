"""What the demo QMS refuses, and how the client tells it: one sentence that says what to do."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from local.demo_qms import Behaviour, DemoQms
from local.demo_qms import faults as f
from shared.adapters.qms import Limits
from shared.domain.errors import (
    QmsAnswerError,
    QmsDeniedError,
    QmsError,
    QmsUnavailableError,
)
from shared.domain.leases.model import QlikViewServer
from tests.integration.qms.test_qms_reading import small_world
from tests.unit.adapters_qms.clients import client_of, raw_client


async def test_a_wrong_password_is_told_and_not_tried_again() -> None:
    """A domain locks an account after a few wrong passwords: one run may use up one of them."""
    with DemoQms.start(world=small_world()) as qms:
        async with client_of(qms, password="wrong") as client:
            with pytest.raises(QmsDeniedError, match=r"QLIKVIEW__PASSWORD_\*"):
                await client.servers()
        assert [entry.status for entry in qms.log.entries()] == [401, 401, 401]


async def test_an_unknown_account_is_told() -> None:
    """NTLM does not say which of both was wrong."""
    with DemoQms.start(world=small_world()) as qms:
        async with client_of(qms, user="ACME\\nobody") as client:
            with pytest.raises(QmsDeniedError, match="QLIKVIEW__USER"):
                await client.servers()


async def test_the_password_is_in_no_log_error_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    """Neither when it is right nor when it is wrong, not even in the logs of libraries."""
    caplog.set_level(logging.DEBUG)
    with DemoQms.start(world=small_world()) as qms:
        for password in (qms.password, "wr0ng-but-secret"):
            async with client_of(qms, password=password) as client:
                said = [repr(client), repr(vars(client))]
                try:
                    await client.servers()
                except QmsError as error:
                    said += [str(error), repr(error), repr(error.__cause__)]
            assert len(caplog.records) > 5
            assert password not in "\n".join([*said, caplog.text])


@pytest.mark.parametrize("group", ["QlikView Management API", "QlikView Administrator"])
async def test_a_missing_group_is_named(group: str) -> None:
    """GetCALConfiguration needs both groups (QMS fact 1.9)."""
    with DemoQms.start(world=small_world()) as qms:
        server = QlikViewServer(qms.world.server().id, "QVS@qvs01")
        qms.accounts.leave(qms.user, group)
        async with client_of(qms) as client:
            with pytest.raises(QmsDeniedError, match=f'no right to this.*"{group}"'):
                await client.cal_configuration(server)


async def test_an_interface_that_the_version_lacks_is_named() -> None:
    """QlikView 11 knows none of the later ones."""
    with DemoQms.start(world=small_world(), version="11.20") as qms:
        async with client_of(qms, api="12.7") as client:
            with pytest.raises(QmsAnswerError, match=r"interface 12\.7\. Set QLIKVIEW__API"):
                await client.servers()


async def test_a_server_that_qms_can_not_reach_has_its_reason_told() -> None:
    """The fault's own words say which."""
    with DemoQms.start(world=small_world()) as qms:
        qms.world.change_server(None, lambda server: replace(server, reachable=False))
        async with client_of(qms) as client:
            first, second = await client.servers()
            with pytest.raises(QmsAnswerError, match=r"with a fault.*It says:"):
                await client.cal_configuration(first)
            assert (await client.cal_configuration(second)).leases == ()


async def test_a_key_that_is_always_refused_is_not_fetched_for_ever() -> None:
    """Twice, and then the header that may be missing is named."""
    with DemoQms.start(world=small_world()) as qms:
        qms.faults.inject(f.ExpireKeys(), operation="GetServices")
        async with client_of(qms) as client:
            with pytest.raises(QmsDeniedError, match="X-Service-Key"):
                await client.servers()
        assert qms.log.counts() == {("GetServices", 500): 2, ("GetTimeLimitedServiceKey", 200): 2}


async def test_a_wrong_path_is_told() -> None:
    """QMS answers 404 before it asks for an account."""
    with DemoQms.start(world=small_world()) as qms:
        async with raw_client(0, url=qms.url.replace("/QMS/Service", "/QMS")) as client:
            with pytest.raises(QmsAnswerError, match="must end in /QMS/Service"):
                await client.servers()


@pytest.mark.parametrize("login", ["every request", "once a connection"])
@pytest.mark.parametrize(
    "effect",
    [
        f.Drop(),
        f.LoseAnswer(),
        f.CutBody(),
        f.status(502),
        f.status(503, body="<html>"),
        f.status(504),
    ],
    ids=lambda effect: str(effect)[:20],
)
async def test_a_fault_that_passes_is_survived(effect: f.Effect, login: str) -> None:
    """The connection is lost with its sign-in: the next attempt signs in anew."""
    behaviour = Behaviour() if login == "every request" else Behaviour(login="once a connection")
    with DemoQms.start(world=small_world(behaviour)) as qms:
        async with client_of(qms) as client:
            first, _ = await client.servers()
            struck = qms.faults.inject(effect, operation="GetCALConfiguration", times=2)
            assert len((await client.cal_configuration(first)).leases or ()) == 2
        assert struck.hits == 2


@pytest.mark.parametrize("leg", [0, 1, 2])
async def test_a_connection_lost_in_the_middle_of_signing_in_is_survived(leg: int) -> None:
    """Half a handshake is worth nothing on another connection."""
    with DemoQms.start(world=small_world()) as qms:
        qms.faults.inject(f.Drop(), before_login=True, skip=leg, times=1)
        async with client_of(qms) as client:
            assert len(await client.servers()) == 2


async def test_a_fault_that_stays_ends_as_unavailable() -> None:
    """The attempts are bounded and counted."""
    with DemoQms.start(world=small_world()) as qms:
        struck = qms.faults.inject(f.status(503), operation="GetServices")
        async with client_of(qms) as client:
            with pytest.raises(QmsUnavailableError, match=r"answered 503 .*Attempts: 3"):
                await client.servers()
            qms.faults.inject(f.status(503), operation="ClearQVSCache")
            with pytest.raises(QmsUnavailableError):
                await client.forget_cached_cals()
        assert struck.hits == 3


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (f.html_page(), "web page"),
        (f.xml_body("<html><body>Sign in</body></html>"), "web page"),
        (f.redirect("https://sso.example/login?secret=1"), "sent us elsewhere"),
        (f.status(200), r"\(text/plain\) where SOAP was expected"),
        (f.xml_body(""), "empty answer"),
        (f.xml_body("<e:Envelope/>"), "broken XML"),
        (f.billion_laughs(), "DTD"),
        (f.external_entity("http://127.0.0.1:9/"), "DTD"),
        (f.WrongContentType("application/json"), "where SOAP was expected"),
        (f.status(500, body="Oops"), "answered 500"),
        (f.xml_body("<a/>", 500), "answered 500"),
        (f.status(415), "wsHttpBinding"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_something_else_than_soap_is_told_at_once(effect: f.Effect, words: str) -> None:
    """It is not tried again, and the next call goes well."""
    with DemoQms.start(world=small_world()) as qms:
        async with client_of(qms) as client:
            struck = qms.faults.inject(effect, operation="GetServices")
            with pytest.raises(QmsError, match=words) as raised:
                await client.servers()
            assert "secret" not in str(raised.value)
            assert struck.hits == 1
            qms.faults.clear()
            assert len(await client.servers()) == 2


async def test_an_answer_without_an_end_is_left_at_the_limit() -> None:
    """Neither memory nor time is spent on it."""
    with DemoQms.start(world=small_world()) as qms:
        async with client_of(qms, limits=Limits(body=3_000_000)) as client:
            first, _ = await client.servers()
            qms.faults.inject(f.EndlessBody(), operation="GetCALConfiguration", times=1)
            with pytest.raises(QmsAnswerError, match="larger than 3000000 bytes"):
                await client.cal_configuration(first)
            assert (await client.cal_configuration(first)).assigned == 2


async def test_a_certificate_of_an_unknown_root_is_not_trusted(tmp_path: Path) -> None:
    """The setting for the root is named."""
    issued = trustme.CA().issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "qms.pem")
    issued.private_key_pem.write_to_path(tmp_path / "qms.key")
    files = (tmp_path / "qms.pem", tmp_path / "qms.key")
    with DemoQms.start(world=small_world(), certificate=files) as qms:
        async with client_of(qms) as client:
            with pytest.raises(QmsDeniedError, match=r"QLIKVIEW__ROOT_CERTIFICATE_\*"):
                await client.servers()


async def test_https_to_a_port_without_tls_is_told() -> None:
    """The advice is the other scheme."""
    with DemoQms.start(world=small_world()) as qms:
        url = qms.url.replace("http:", "https:")
        async with raw_client(0, url=url) as client:
            with pytest.raises(QmsDeniedError, match="does not speak TLS: begin QLIKVIEW__URL"):
                await client.servers()
