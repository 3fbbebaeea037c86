"""CAL configurations of the demo QMS: their shape by version, and what is remembered."""

import dataclasses
import re
from datetime import timedelta

import pytest

from local.demo_qms.behaviour import Behaviour
from local.demo_qms.farm_population import big_world, default_farm
from local.demo_qms.records import NamedCal
from local.demo_qms.world import World
from tests.demo_site_fixture import NOW, ManualClock
from tests.qms_fixture import (
    QmsCaller,
    StartDemoQms,
    all_named,
    body_element,
    small_farm,
    texts,
)


def _names(element: object) -> list[str]:
    return [re.sub(r"\{.*\}", "", x.tag) for x in element]  # type: ignore[attr-defined]


def _world(behaviour: Behaviour | None = None) -> World:
    """Anna leases two machines, Bo was removed after use, Cy has never started."""
    world = small_farm("ACME\\anna", "ACME\\bo", "ACME\\cy")
    world.behaviour = behaviour or Behaviour()
    for hours, machine in ((30, "CTX01"), (2, "CTX02")):
        world.open_in_server("ACME\\anna", machine, NOW - timedelta(hours=hours))
    world.open_in_server("ACME\\bo", "NB-2", NOW - timedelta(days=3))
    world.remove_cal("ACME\\bo")
    return world


def test_everything_is_told(demo_qms: StartDemoQms) -> None:
    """Counts, assigned, leased and removed CALs with their times; never is year 1."""
    with QmsCaller(demo_qms(_world())) as caller:
        answer = caller.cals("All")
    (named,) = all_named(answer, "NamedCALs")
    counts = {name: texts(answer, name) for name in ("Assigned", "InLicense", "Limit")}
    assert counts == {"Assigned": ["0", "2"], "InLicense": ["0", "10", "0", "0"]} | {
        "Limit": ["0", "10", "0", "0"]
    }
    assigned, leased, removed = named[5], named[8], named[10]
    assert [[x.text for x in cal] for cal in assigned] == [
        ["2026-03-10T10:00:00Z", None, "0001-01-01T00:00:00", "ACME\\anna"],
        ["0001-01-01T00:00:00", None, "0001-01-01T00:00:00", "ACME\\cy"],
    ]
    never = "0001-01-01T00:00:00"
    assert [[x.text for x in lease] for lease in leased] == [
        ["2026-03-09T06:00:00Z", "CTX01", never, "ACME\\anna", "2026-03-09T06:00:00Z"],
        ["2026-03-10T10:00:00Z", "CTX02", never, "ACME\\anna", "2026-03-10T10:00:00Z"],
        ["2026-03-07T12:00:00Z", "NB-2", never, "ACME\\bo", "2026-03-07T12:00:00Z"],
    ]
    assert [[x.text for x in cal] for cal in removed] == [
        ["2026-03-07T12:00:00Z", None, "2026-03-17T12:00:00Z", "ACME\\bo"]
    ]


def test_the_shape_follows_the_api(demo_qms: StartDemoQms) -> None:
    """Analyzer and Professional are told from 12.7 on."""
    qms = demo_qms(_world())
    shapes = {}
    for api in ("11", "12", "12.6", "12.7"):
        with QmsCaller(qms, api=api) as caller:
            shapes[api] = _names(all_named(caller.cals(), "NamedCALs")[0])
    assert shapes["11"] == shapes["12"] == shapes["12.6"]
    assert "RemovedAssignedCALs" in shapes["11"]
    new = {"AllowDynamicAssignmentAnalyzer", "AllowDynamicAssignmentProfessional"}
    assert set(shapes["12.7"]) - set(shapes["11"]) == new


def test_old_versions_tell_less(demo_qms: StartDemoQms) -> None:
    """An old 11 has no removed CALs, 10.1 neither machines of CALs nor the use of a lease."""
    for behaviour, lease in (
        (
            Behaviour("11.20", removed_cals=False),
            ["LastUsed", "MachineID", "QuarantinedUntil", "UserName", "LeasedAt"],
        ),
        (Behaviour("11.20", optional_fields=False), ["LeasedAt", "MachineID", "UserName"]),
    ):
        with QmsCaller(demo_qms(_world(behaviour)), api="11") as caller:
            answer = caller.cals()
        assert all_named(answer, "RemovedAssignedCALs") == []
        assert {tuple(_names(x)) for x in all_named(answer, "LeasedNamedCAL")} == {tuple(lease)}
        machines = [x for cal in all_named(answer, "AssignedNamedCAL") for x in _names(cal)]
        assert ("MachineID" in machines) == behaviour.optional_fields


def test_what_was_not_asked_for_is_nil_or_absent(demo_qms: StartDemoQms) -> None:
    """Which of the two is open."""
    world = _world()
    with QmsCaller(demo_qms(world)) as caller:
        (part,) = all_named(caller.cals("NamedCALs"), "SessionCALs")
        assert "true" in part.attrib.values()
        assert texts(caller.cals("SessionCALs"), "NamedCALs") == [""]
        world.behaviour = Behaviour(out_of_scope="absent")
        assert all_named(caller.cals("NamedCALs"), "SessionCALs") == []


def test_times_can_be_written_in_other_ways(demo_qms: StartDemoQms) -> None:
    """Without a zone, with an offset, and with the seven digits of .NET."""
    world = _world(Behaviour(zone="", ticks=True))
    with QmsCaller(demo_qms(world)) as caller:
        assert "2026-03-10T10:00:00.0000007" in texts(caller.cals(), "LastUsed")
        world.behaviour = Behaviour(zone="+00:00")
        assert "2026-03-10T10:00:00+00:00" in texts(caller.cals(), "LastUsed")


def test_the_block_of_a_lease_can_be_told(demo_qms: StartDemoQms) -> None:
    """Whether QuarantinedUntil of a lease is the end of its block is open."""
    with QmsCaller(demo_qms(_world(Behaviour(tells_block=True)))) as caller:
        (first, *_) = all_named(caller.cals(), "LeasedNamedCAL")
    assert first[2].text == "2026-03-10T06:00:00Z"


@pytest.mark.parametrize("objects", ["CALConfiguration", "All", "License CALConfiguration"])
def test_a_fresh_lease_is_not_seen_before_the_cache_is_cleared(
    demo_qms: StartDemoQms, objects: str
) -> None:
    """QMS remembers; clearing something else changes nothing."""
    world = small_farm("ACME\\anna")
    with QmsCaller(demo_qms(world)) as caller:
        assert texts(caller.cals(), "LeasedAt") == []
        world.open_in_server("ACME\\anna", "CTX01")
        caller.clear_cache("License Settings")
        assert texts(caller.cals(), "LeasedAt") == []
        assert caller.clear_cache(objects).status_code == 200
        assert len(texts(caller.cals(), "LeasedAt")) == 1


def test_the_cache_forgets_by_itself(demo_qms: StartDemoQms) -> None:
    """After ten minutes of the world's clock."""
    clock = ManualClock()
    world = small_farm("ACME\\anna", clock=clock)
    with QmsCaller(demo_qms(world)) as caller:
        caller.cals()
        world.open_in_server("ACME\\anna", "CTX01")
        clock.move(timedelta(minutes=9, seconds=59))
        assert texts(caller.cals(), "LeasedAt") == []
        clock.move(timedelta(seconds=1))
        assert len(texts(caller.cals(), "LeasedAt")) == 1


def test_servers_have_their_own_cals(demo_qms: StartDemoQms) -> None:
    """An empty server answers with empty lists, the others with theirs."""
    world = _world()
    world.new_server("QVS@qvs02")
    with QmsCaller(demo_qms(world)) as caller:
        assert texts(caller.cals(server="QVS@qvs02"), "UserName") == []
        assert len(texts(caller.cals(server="QVS@qvs01"), "UserName")) == 6


def test_one_user_can_be_asked_for(demo_qms: StartDemoQms) -> None:
    """The CAL and the leases of that user, in any case; nil for who has none."""
    world = _world()
    inner = f"<qvsID>{world.server().id}</qvsID><user>{{}}</user>"
    with QmsCaller(demo_qms(world)) as caller:
        anna = caller.call("GetCALInfoForUser", inner.format("acme\\ANNA"))
        assert texts(anna, "MachineID") == ["CTX01", "CTX02", ""]
        assert _names(body_element(anna)[0]) == ["DocumentCALs", "LeasedNamedCALs", "NamedCAL"]
        nobody = caller.call("GetCALInfoForUser", inner.format("ACME\\nobody"))
        (named,) = all_named(nobody, "NamedCAL")
        assert "true" in named.attrib.values()


def test_identification_by_machine(demo_qms: StartDemoQms) -> None:
    """The server's settings are told too."""
    world = small_farm()
    world.put_cals([NamedCal("", NOW, machine="PC-7")])
    world.change_server(
        None,
        lambda s: dataclasses.replace(
            s, identification="MachineName", allow_lease=False, allow_dynamic=True, limit=5
        ),
    )
    with QmsCaller(demo_qms(world)) as caller:
        answer = caller.cals()
    told = {n: texts(answer, n)[0] for n in ("IdentificationMode", "AllowLicenseLease", "Limit")}
    assert told == {"IdentificationMode": "MachineName", "AllowLicenseLease": "false", "Limit": "5"}
    assert texts(answer, "MachineID") == ["PC-7"]
    assert texts(answer, "AllowDynamicAssignment") == ["true"]


def test_the_default_farm_is_told_as_the_schemas_say(demo_qms: StartDemoQms) -> None:
    """All servers of a farm with names of any script; the number of rows is right."""
    world = default_farm(users=120, now=NOW, clock=lambda: NOW)
    qms = demo_qms(world)
    with QmsCaller(qms) as caller:
        for server in world.servers():
            cals = world.cal_list(server.id)
            assert len(texts(caller.cals("All", server.id), "UserName")) == cals.rows
    qms.confirm_answers()


def test_a_big_answer_goes_out_in_pieces(demo_qms: StartDemoQms) -> None:
    """It has no length, is not checked, and has every row."""
    world = big_world(cals=20_000, now=NOW, clock=lambda: NOW)
    qms = demo_qms(world)
    with QmsCaller(qms) as caller:
        answer = caller.cals()
        small = caller.call("Ping")
    assert "content-length" not in answer.headers
    assert "content-length" in small.headers
    assert answer.text.count("<b:LeasedNamedCAL>") == 40_000
    assert texts(answer, "Assigned") == ["20000"]
    assert qms.log.calls("GetCALConfiguration")[0].body_bytes == len(answer.content)
