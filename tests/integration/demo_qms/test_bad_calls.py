"""What the demo QMS does with calls that are none, or that it can't answer."""

import dataclasses
import socket

import pytest

from local.demo_qms.service import DemoQms
from tests.qms_fixture import QmsCaller, StartDemoQms, fault, small_farm, texts

ID = "<qvsID>{}</qvsID>"


@pytest.mark.parametrize(
    ("operation", "inner"),
    [
        ("GetCALConfiguration", "<qvsID>no-guid</qvsID><scope>All</scope>"),
        ("GetCALConfiguration", ""),
        ("GetCALConfiguration", ID.format("{id}") + "<scope>LeasedCALs</scope>"),
        ("GetServices", "<serviceTypes>Everything</serviceTypes>"),
        ("ClearQVSCache", "<objects>CALS</objects>"),
    ],
)
def test_an_argument_that_is_none_is_refused(
    demo_qms: StartDemoQms, operation: str, inner: str
) -> None:
    """WCF can't read it: a fault, not an empty answer."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        answer = caller.call(operation, inner.replace("{id}", qms.world.server().id))
    assert answer.status_code == 500
    assert fault(answer)[0].endswith(":DeserializationFailed")


def test_a_server_that_is_not_there_or_not_reached_is_a_fault(demo_qms: StartDemoQms) -> None:
    """The list still has the one that can't be reached."""
    world = small_farm()
    away = world.new_server("QVS@away")
    world.change_server("QVS@away", lambda s: dataclasses.replace(s, reachable=False))
    with QmsCaller(demo_qms(world)) as caller:
        listed = caller.call("GetServices", "<serviceTypes>QlikViewServer</serviceTypes>")
        assert texts(listed, "Name") == ["QVS@qvs01", "QVS@away"]
        answer = caller.cals(server="QVS@away")
        assert answer.status_code == 500
        assert "QVS@away could not be contacted" in fault(answer)[1]
        assert texts(answer, "ClassName") == ["System.Exception"]
        unknown = ID.format("00000000-0000-0000-0000-000000000000")
        assert "no QlikView Server" in fault(caller.call("GetCALConfiguration", unknown))[1]
        of_user = caller.call("GetCALInfoForUser", f"{ID.format(away.id)}<user>ACME\\a</user>")
        assert "QVS@away could not be contacted" in fault(of_user)[1]
        assert caller.cals().status_code == 200


def test_an_operation_that_the_demo_lacks_is_not_supported(demo_qms: StartDemoQms) -> None:
    """Saving is left out on purpose: nothing here may change licenses."""
    with QmsCaller(demo_qms()) as caller:
        for operation in ("SaveCALConfiguration", "GetQVServices"):
            assert fault(caller.post(operation))[0].endswith(":ActionNotSupported")


def test_the_action_may_come_without_quotes(demo_qms: StartDemoQms) -> None:
    """Some clients leave them out; without an action nothing is found."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        body = caller.envelope("GetTimeLimitedServiceKey")
        headers = caller.headers("GetTimeLimitedServiceKey")
        headers["SOAPAction"] = headers["SOAPAction"].strip('"')
        assert caller.http.post(qms.url, content=body, headers=headers).status_code == 200
        del headers["SOAPAction"]
        answer = caller.http.post(qms.url, content=body, headers=headers)
        assert fault(answer)[0].endswith(":ActionNotSupported")


def test_the_body_must_be_of_the_api_of_the_action(demo_qms: StartDemoQms) -> None:
    """The action says 12.7 and the body 11: it can't be read."""
    qms = demo_qms()
    with QmsCaller(qms) as caller, QmsCaller(qms, api="11") as old:
        headers = caller.headers("Ping", caller.key())
        answer = caller.http.post(qms.url, content=old.envelope("Ping"), headers=headers)
    assert fault(answer)[0].endswith(":DeserializationFailed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<html/>",
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>',
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    ],
)
def test_what_is_no_envelope_is_a_bad_request(demo_qms: StartDemoQms, body: bytes) -> None:
    """400 without a body, also for SOAP 1.2 and for anything with a DTD."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        answer = caller.http.post(qms.url, content=body, headers=caller.headers("Ping"))
    assert (answer.status_code, answer.content) == (400, b"")


def test_what_is_no_call_at_all(demo_qms: StartDemoQms) -> None:
    """Another path, method or content type, and more bytes than WCF takes."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        headers = caller.headers("Ping")
        assert caller.http.post(qms.url.replace("QMS/", "QMS2/")).status_code == 404
        assert caller.http.get(qms.url).status_code == 405
        wrong = {**headers, "Content-Type": "application/soap+xml"}
        assert caller.http.post(qms.url, content="", headers=wrong).status_code == 415
        much = caller.http.post(qms.url, content=b"x" * 70_000, headers=headers)
        assert much.status_code == 413
        assert caller.http.post(qms.url.lower() + "/", headers=headers).status_code == 400


def _sent(qms: DemoQms, text: str) -> bytes:
    """What comes back when these bytes are sent and no more."""
    with socket.create_connection((qms.host, qms.port), timeout=20) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(1000)


def test_a_client_may_go_in_the_middle_of_its_request(demo_qms: StartDemoQms) -> None:
    """It gets nothing, and the others are served on."""
    qms = demo_qms()
    start = f"POST /QMS/Service HTTP/1.1\r\nHost: {qms.host}\r\n"
    assert _sent(qms, f"{start}Content-Length: 500\r\n\r\n<half") == b""
    assert _sent(qms, start) == b""
    with QmsCaller(qms) as caller:
        assert caller.call("Ping").status_code == 200
    assert qms.log.entries()[0].status == 0
