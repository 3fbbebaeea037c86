"""Everything that can be made to go wrong on the demo QMS."""

from xml.etree.ElementTree import ParseError, fromstring

import httpx
import pytest

from local.demo_qms import faults as f
from local.demo_qms.accounts import ADMINISTRATOR
from tests.qms_fixture import QmsCaller, StartDemoQms, fault, small_farm


def test_it_can_be_out_of_service(demo_qms: StartDemoQms) -> None:
    """503 with Retry-After for one operation, so many times; then all is well."""
    qms = demo_qms()
    injection = qms.faults.inject(
        f.status(503, retry_after="7"), operation="GetServices", skip=1, times=2
    )
    with QmsCaller(qms) as caller:
        answers = [caller.call("GetServices") for _ in range(4)]
        assert caller.call("Ping").status_code == 200
    assert [x.status_code for x in answers] == [200, 503, 503, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert (injection.hits, injection.seen) == (2, 4)


def test_a_proxy_may_stand_before_the_login(demo_qms: StartDemoQms) -> None:
    """Its page or redirect comes to the very first request, without any challenge."""
    qms = demo_qms()
    for effect, status in ((f.html_page(), 200), (f.redirect("http://127.0.0.1:9/login"), 302)):
        injection = qms.faults.inject(effect, before_login=True)
        with QmsCaller(qms) as caller:
            answer = caller.post("Ping")
        assert answer.status_code == status
        assert "WWW-Authenticate" not in answer.headers
        qms.faults.remove(injection)
    assert {x.account for x in qms.log.entries()} == {""}


def test_a_page_in_the_place_of_an_answer(demo_qms: StartDemoQms) -> None:
    """HTML with 200 after a good login."""
    qms = demo_qms()
    qms.faults.inject(f.html_page(), operation="GetServices")
    with QmsCaller(qms) as caller:
        answer = caller.call("GetServices")
    assert (answer.status_code, "<form" in answer.text) == (200, True)
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("users", [5, 8_000])
def test_a_body_can_end_in_the_middle(demo_qms: StartDemoQms, users: int) -> None:
    """Of an answer with a length, and of one in pieces."""
    world = small_farm(*(f"ACME\\user{n}" for n in range(users)), in_license=users)
    qms = demo_qms(world)
    injection = qms.faults.inject(f.CutBody(), operation="GetCALConfiguration", times=1)
    with QmsCaller(qms) as caller:
        with pytest.raises(httpx.RemoteProtocolError):
            caller.cals()
        assert injection.hits == 1
        assert caller.cals().status_code == 200
    cut, whole = qms.log.calls("GetCALConfiguration")
    assert 0 < cut.body_bytes < whole.body_bytes


@pytest.mark.parametrize("before_login", [True, False])
def test_a_connection_can_drop(demo_qms: StartDemoQms, before_login: bool) -> None:
    """Before any answer; the log says so with the status 0."""
    qms = demo_qms()
    qms.faults.inject(f.Drop(), before_login=before_login, times=1)
    with QmsCaller(qms) as caller:
        with pytest.raises(httpx.TransportError):
            caller.post("GetTimeLimitedServiceKey")
        assert qms.log.entries()[-1].status == 0
        assert caller.post("GetTimeLimitedServiceKey").status_code == 200


def test_an_answer_can_be_lost(demo_qms: StartDemoQms) -> None:
    """The call has its effect, then the connection is cut."""
    world = small_farm("ACME\\anna")
    qms = demo_qms(world)
    with QmsCaller(qms) as caller:
        before = caller.cals().content
        world.open_in_server("ACME\\anna", "CTX01")
        qms.faults.inject(f.LoseAnswer(), operation="ClearQVSCache")
        with pytest.raises(httpx.TransportError):
            caller.clear_cache()
        assert len(caller.cals().content) > len(before)


def test_an_answer_can_be_late(demo_qms: StartDemoQms) -> None:
    """A client with less patience gives up."""
    qms = demo_qms()
    qms.faults.inject(f.Delay(30), operation="Ping")
    with QmsCaller(qms) as caller:
        key = caller.key()
        caller.http.timeout = httpx.Timeout(0.2)
        with pytest.raises(httpx.ReadTimeout):
            caller.post("Ping", key=key)


def test_the_content_type_can_be_wrong(demo_qms: StartDemoQms) -> None:
    """The body stays as it is."""
    qms = demo_qms()
    qms.faults.inject(f.WrongContentType("application/octet-stream"), operation="Ping")
    with QmsCaller(qms) as caller:
        answer = caller.call("Ping")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "PingResponse" in answer.text


def test_a_group_can_be_missed(demo_qms: StartDemoQms) -> None:
    """For some calls, whatever the account has."""
    qms = demo_qms()
    qms.faults.inject(f.LackGroup(ADMINISTRATOR), operation="GetCALConfiguration", times=1)
    with QmsCaller(qms) as caller:
        assert ADMINISTRATOR in fault(caller.cals())[1]
        assert caller.cals().status_code == 200


def test_a_key_can_be_over_at_once(demo_qms: StartDemoQms) -> None:
    """The key that was just fetched, and every other; the next one is good."""
    qms = demo_qms()
    qms.faults.inject(f.ExpireKeys(), operation="Ping", times=1)
    with QmsCaller(qms) as caller:
        key = caller.key()
        assert fault(caller.post("Ping", key=key)) == ("s:Client", "Service key is missing")
        assert fault(caller.post("Ping", key=key)) == ("s:Client", "Service key is missing")
        assert caller.call("Ping").status_code == 200


def test_hostile_xml(demo_qms: StartDemoQms) -> None:
    """Entities that grow without bounds, and one that fetches something else."""
    qms = demo_qms()
    qms.faults.inject(f.billion_laughs(), operation="GetTimeLimitedServiceKey", times=1)
    qms.faults.inject(f.external_entity("http://127.0.0.1:9/x"), operation="Ping", times=1)
    with QmsCaller(qms) as caller:
        laughs = caller.post("GetTimeLimitedServiceKey")
        assert len(laughs.content) < 3_000
        assert '<!ENTITY a9 "&a8;' in laughs.text
        # expat itself stops them; a parser that didn't would need some 30 GB for this one.
        with pytest.raises(ParseError, match="amplification"):
            fromstring(laughs.text)  # noqa: S314 - that is what is shown
        assert 'SYSTEM "http://127.0.0.1:9/x"' in caller.call("Ping").text


def test_a_body_can_be_endless(demo_qms: StartDemoQms) -> None:
    """It goes on while it is read, and ends when the client has gone."""
    qms = demo_qms()
    qms.faults.inject(f.EndlessBody(), operation="GetCALConfiguration", times=1)
    with QmsCaller(qms) as caller:
        key = caller.key()
        headers = caller.headers("GetCALConfiguration", key)
        read = 0
        body = caller.envelope("GetCALConfiguration")
        with caller.http.stream("POST", qms.url, content=body, headers=headers) as answer:
            for piece in answer.iter_bytes():
                read += len(piece)
                if read > 5_000_000:
                    break
        assert caller.cals().status_code == 200
    (endless, _) = sorted(qms.log.calls("GetCALConfiguration"), key=lambda x: -x.body_bytes)
    assert endless.body_bytes > 5_000_000


def test_faults_repeat_with_the_seed() -> None:
    """The same part of the calls is struck with the same seed; a share over one is refused."""

    def struck() -> list[int]:
        faults = f.Faults(seed=3)
        faults.inject(f.Drop(), share=0.3)
        return [len(faults.strike("Ping", before_login=False)) for _ in range(200)]

    assert struck() == struck()
    assert 30 < sum(struck()) < 90
    with pytest.raises(ValueError, match="between 0 and 1"):
        f.Faults().inject(f.Drop(), share=2)


def test_all_faults_can_be_switched_off(demo_qms: StartDemoQms) -> None:
    """As if there had never been any."""
    qms = demo_qms()
    qms.faults.inject(f.Drop(), before_login=True)
    qms.faults.clear()
    with QmsCaller(qms) as caller:
        assert caller.call("Ping").status_code == 200
    assert qms.log.counts() == {("GetTimeLimitedServiceKey", 200): 1, ("Ping", 200): 1}
    qms.log.clear()
    assert qms.log.entries() == []
