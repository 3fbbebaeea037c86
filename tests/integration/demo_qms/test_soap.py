"""SOAP on the demo QMS: versions, service keys, groups, and what WCF refuses."""

from datetime import timedelta

import pytest

from local.demo_qms.accounts import ADMINISTRATOR, ALL_GROUPS, API, FOLDERS
from local.demo_qms.apis import APIS
from local.demo_qms.behaviour import Behaviour, Prefixes
from tests.demo_site_fixture import ManualClock
from tests.qms_fixture import (
    SCHEMAS,
    QmsCaller,
    StartDemoQms,
    all_named,
    body_element,
    fault,
    small_farm,
    texts,
)

KNOWN = {
    "11.20": ["11"],
    "12.00": ["11", "12"],
    "12.20": ["11", "12", "12.2"],
    "12.30": ["11", "12", "12.2", "12.3"],
    "12.70": list(APIS),
}
ID = "<qvsID>{}</qvsID>"


@pytest.mark.parametrize("version", KNOWN)
def test_a_version_knows_its_apis_and_no_newer_ones(demo_qms: StartDemoQms, version: str) -> None:
    """All at one address; what is not known is a mismatch of contracts, in WCF's words."""
    qms = demo_qms(version=version)
    for api, api_facts in APIS.items():
        with QmsCaller(qms, api=api) as caller:
            answer = caller.post("GetTimeLimitedServiceKey")
        if api in KNOWN[version]:
            assert body_element(answer).tag.startswith(f"{{{api_facts.namespace}}}")
        else:
            assert answer.status_code == 500
            code, text = fault(answer)
            assert code.endswith(":ActionNotSupported")
            assert f"{api_facts.namespace}{api_facts.interface}/" in text
            assert "ContractFilter mismatch at the EndpointDispatcher" in text


@pytest.mark.parametrize("api", APIS)
def test_every_operation_answers_in_every_api(demo_qms: StartDemoQms, api: str) -> None:
    """In the namespace of the API that was asked; with the schemas at hand they are checked."""
    world = small_farm("ACME\\anna", "ACME\\bo", "ACME\\cy")
    for machine in ("CTX01", "NB-1"):
        world.open_in_server("ACME\\anna", machine)
    world.open_in_server("ACME\\bo", "CTX02")
    world.remove_cal("ACME\\bo")
    qms = demo_qms(world)
    server_id = world.server().id
    with QmsCaller(qms, api=api) as caller:
        answers = [
            caller.call("Ping"),
            caller.call("GetServices", "<serviceTypes>QlikViewServer</serviceTypes>"),
            caller.cals("All"),
            caller.cals("NamedCALs SessionCALs"),
            caller.cals("None"),
            caller.call("GetCALInfoForUser", f"{ID.format(server_id)}<user>acme\\ANNA</user>"),
            caller.call("GetCALInfoForUser", f"{ID.format(server_id)}<user>ACME\\no</user>"),
            caller.clear_cache("Settings CALConfiguration"),
        ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert body_element(answer).tag.startswith(f"{{{APIS[api].namespace}}}")
    if SCHEMAS.exists():
        assert qms.check is not None
        assert qms.check.sets(APIS[api]) == (2 if api == "11" else 1)
        qms.confirm_answers()


def test_services_are_those_that_were_asked_for(demo_qms: StartDemoQms) -> None:
    """All QlikView Servers with id and name; none for another type of service."""
    world = small_farm()
    second = world.new_server("QVS@Zürich & <more>")
    qms = demo_qms(world)
    with QmsCaller(qms) as caller:
        for asked in ("QlikViewServer", "QlikViewWebServer QlikViewServer", "All"):
            found = caller.call("GetServices", f"<serviceTypes>{asked}</serviceTypes>")
            assert texts(found, "ID") == [world.server().id, second.id]
            assert texts(found, "Name") == ["QVS@qvs01", "QVS@Zürich & <more>"]
            assert set(texts(found, "Type")) == {"QlikViewServer"}
        others = caller.call("GetServices", "<serviceTypes>QlikViewWebServer</serviceTypes>")
        assert texts(others, "ID") == []


@pytest.mark.parametrize("key", [None, "", "a-key-of-somebody-else"])
def test_a_call_without_a_key_is_refused(demo_qms: StartDemoQms, key: str | None) -> None:
    """Every operation but the one that gives keys."""
    qms = demo_qms()
    with QmsCaller(qms) as caller:
        assert caller.post("GetTimeLimitedServiceKey", key=key).status_code == 200
        for operation in ("Ping", "GetServices", "GetCALConfiguration", "ClearQVSCache"):
            answer = caller.post(operation, key=key)
            assert answer.status_code == 500
            assert fault(answer) == ("s:Client", "Service key is missing")
    assert {x.key_given for x in qms.log.calls("Ping")} == {bool(key)}


def test_a_key_is_valid_for_one_minute(demo_qms: StartDemoQms) -> None:
    """By the world's clock, however often it is used."""
    clock = ManualClock()
    qms = demo_qms(small_farm(clock=clock))
    with QmsCaller(qms) as caller:
        key = caller.key()
        for _ in range(2):
            assert caller.post("Ping", key=key).status_code == 200
            clock.move(timedelta(seconds=29))
        clock.move(timedelta(seconds=2))
        assert fault(caller.post("Ping", key=key)) == ("s:Client", "Service key is missing")
        assert caller.post("Ping", key=caller.key()).status_code == 200


def test_the_words_for_an_old_key_can_be_others(demo_qms: StartDemoQms) -> None:
    """What QMS says of a key that is over is not known."""
    world = small_farm()
    world.behaviour = Behaviour(stale_key_text="The Service key has expired")
    with QmsCaller(demo_qms(world)) as caller:
        assert fault(caller.post("Ping", key="old"))[1] == "The Service key has expired"
        assert fault(caller.post("Ping"))[1] == "Service key is missing"


@pytest.mark.parametrize(
    ("lacking", "allowed"),
    [
        (API, set()),
        (ADMINISTRATOR, {"Ping", "GetServices", "ClearQVSCache"}),
        (FOLDERS, {"Ping", "GetServices", "GetCALConfiguration", "GetCALInfoForUser"}),
    ],
)
def test_groups_decide_what_an_account_may_do(
    demo_qms: StartDemoQms, lacking: str, allowed: set[str]
) -> None:
    """Who lacks one gets an exception fault that names it; a key can be had by anybody."""
    qms = demo_qms()
    qms.accounts.add("ACME\\guest", "secret", ALL_GROUPS)
    qms.accounts.leave("ACME\\guest", lacking)
    inner = f"{ID.format(qms.world.server().id)}<scope>All</scope><user>x</user>"
    operations = ("Ping", "GetServices", "GetCALConfiguration", "GetCALInfoForUser")
    with QmsCaller(qms, user="ACME\\guest", password="secret") as caller:
        for operation in (*operations, "ClearQVSCache"):
            answer = caller.call(operation, inner)
            assert (answer.status_code == 200) == (operation in allowed), operation
            if operation not in allowed:
                assert lacking in fault(answer)[1]
                assert texts(answer, "ClassName") == ["System.UnauthorizedAccessException"]
                assert all_named(answer, "Exception")[0].tag.startswith(
                    "{http://schemas.datacontract.org/2004/07/System}"
                )
        qms.accounts.join("ACME\\guest", lacking)
        assert caller.call("Ping").status_code == 200


def test_prefixes_can_be_any(demo_qms: StartDemoQms) -> None:
    """The letters are habit; what they stand for stays."""
    world = small_farm("ACME\\anna")
    world.behaviour = Behaviour(prefixes=Prefixes("soap", "q1", "ns0", "xsi"))
    with QmsCaller(demo_qms(world)) as caller:
        answer = caller.cals()
        assert "<ns0:UserName>" in answer.text
        assert "<soap:Envelope" in answer.text
        assert texts(answer, "UserName") == ["ACME\\anna"]
        assert fault(caller.post("Ping"))[0] == "soap:Client"
