"""Who is planned on which servers, by what is known and what was asked for."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from local.farm.errors import FarmError
from local.farm.known_leases import KnownLeases, known_leases
from local.farm.made_plan import Asked, MadePlan, make_farm_plan
from local.farm.server_list import NamedServer, server_list
from shared.domain.farm.model import FarmPlan
from shared.domain.leases.history import LeaseLook
from shared.domain.leases.model import CalConfiguration, LeaseRules, QlikViewServer
from shared.domain.never_release import fold
from shared.usecases.read_leases import LeasePicture, ReadLeases
from tests.unit.build import NOW, days_ago
from tests.unit.fakes import ManualTime, MemoryLeaseLedger
from tests.unit.farm_files.plans import bound, plan
from tests.unit.leases.build import FARM, RULES, a_cal, a_config, a_lease

OTHER = QlikViewServer("77", "QVS@QV2")


async def picture(*configs: CalConfiguration, rules: LeaseRules = FARM) -> LeasePicture:
    """What a look at these servers says."""
    ledger = MemoryLeaseLedger()
    await ledger.save_lease_look(LeaseLook("Lab", NOW, configs))
    return await ReadLeases(rules, ledger, ManualTime(NOW)).picture()


def made(
    known: KnownLeases,
    users: Iterable[str] | None = None,
    servers: str | None = None,
    in_force: FarmPlan | None = None,
) -> MadePlan:
    """The plan as of NOW."""
    named = server_list(servers) if servers else None
    listed = list(users) if users is not None else None
    return make_farm_plan(Asked(known, NOW, listed, named, in_force))


def users_of(one: MadePlan) -> list[str]:
    """Who is bound."""
    return [binding.user for binding in one.result.plan.bindings]


async def test_everybody_with_an_active_lease_is_planned() -> None:
    """On whatever machine; not those whose leases have all expired."""
    config = a_config(
        [
            a_lease("CTX01", "ACME\\a"),
            a_lease("notebook", "ACME\\b"),
            a_lease("CTX02", "ACME\\c", used=days_ago(31)),
        ]
    )
    known = known_leases(await picture(config), FARM, "")
    assert users_of(made(known)) == ["ACME\\a", "ACME\\b"]
    assert "CTX01" in made(known).result.plan.bindings[0].servers
    assert known.read_at == NOW


async def test_users_in_force_stay_while_they_have_a_cal() -> None:
    """One on leave keeps the servers; one who left is left out, and told."""
    config = a_config([a_lease("CTX01", "a")], [a_cal("a"), a_cal("On Leave", used=days_ago(60))])
    known = known_leases(await picture(config), FARM, "")
    in_force = plan(bound("a"), bound("on leave"), bound("left"))
    one = made(known, servers="CTX01,CTX02", in_force=in_force)
    assert users_of(one) == ["a", "on leave"]
    assert one.left_out == ("left",)
    assert one.new == ()
    assert one.result.plan.bindings[1].servers == ("CTX01", "CTX02")


async def test_users_of_a_file_are_all_that_is_planned() -> None:
    """With their leases, if these are known."""
    config = a_config([a_lease("CTX03", "a"), a_lease("CTX04", "a"), a_lease("CTX01", "b")])
    one = made(known_leases(await picture(config), FARM, ""), ["A", "new"])
    assert users_of(one) == ["A", "new"]
    assert one.result.plan.bindings[0].servers == ("CTX03", "CTX04")
    assert one.new == ("A", "new")


async def test_servers_are_those_asked_for_then_of_the_settings_then_in_force() -> None:
    """In this order."""
    in_force = plan(bound("a"))
    assert [
        x.name for x in made(KnownLeases(FARM), ["a"], "X,Y", in_force).result.plan.servers
    ] == [
        "X",
        "Y",
    ]
    assert len(made(KnownLeases(FARM), ["a"], None, in_force).result.plan.servers) == len(FARM.farm)
    assert made(KnownLeases(RULES), ["a"], None, in_force).result.plan.servers == in_force.servers


async def test_a_farm_that_is_not_known_is_asked_for() -> None:
    """Machines that users share are named, but not taken: a meeting room's looks the same."""
    config = a_config([a_lease("CTX01", user) for user in "abc"])
    known = known_leases(await picture(config, rules=RULES), RULES, "")
    with pytest.raises(FarmError, match=r"--servers .* LEASES__FARM \(users share .*: CTX01\)"):
        made(known)
    with pytest.raises(FarmError, match=r"LEASES__FARM$"):
        made(KnownLeases(RULES), ["a"])


async def test_one_of_several_qlikview_servers_must_be_named() -> None:
    """By its name or id: a user's leases on another one take no slots here."""
    first = a_config([a_lease("CTX01", "a")])
    second = replace(a_config([a_lease("CTX01", "b")]), server=OTHER)
    look = await picture(first, second)
    with pytest.raises(FarmError, match=r"by --server: QVS@QV1, QVS@QV2"):
        known_leases(look, FARM, "")
    with pytest.raises(FarmError, match=r"no QlikView Server 'QV3'; .* QVS@QV1, QVS@QV2"):
        known_leases(look, FARM, "QV3")
    assert set(known_leases(look, FARM, "qvs@qv2").leases) == {"b"}
    assert set(known_leases(look, FARM, "77").leases) == {"b"}


async def test_a_server_without_leases_needs_users() -> None:
    """Rather than an empty plan."""
    known = known_leases(await picture(a_config([])), FARM, "")
    with pytest.raises(FarmError, match=r"nobody holds a lease of QVS@QV1: .* --users"):
        made(known)


def test_what_the_planner_refuses_is_told() -> None:
    """In its own words."""
    with pytest.raises(FarmError, match="the server x is named twice"):
        made(KnownLeases(RULES), ["a"], "X,x")


def test_bindings_stand_beside_the_fair_share() -> None:
    """By weight."""
    one = made(KnownLeases(RULES), [f"u{number}" for number in range(40)], "A=2,B,C")
    assert [(x.name, bindings, share.fair) for x, bindings, share in one.shares] == [
        ("A", 40, 40.0),
        ("B", 20, 20.0),
        ("C", 20, 20.0),
    ]


async def test_who_has_one_server_at_first_is_told_apart_from_who_must_wait() -> None:
    """A user with leases on two gone servers waits; with one gone server only for the second."""
    leases = [
        a_lease("GONE1", "a"),
        a_lease("GONE2", "a"),
        a_lease("CTX01", "b"),
        a_lease("GONE1", "b"),
    ]
    one = made(known_leases(await picture(a_config(leases)), FARM, ""))
    assert [wait.user for wait in one.result.waits] == ["a"]
    assert [binding.user for binding in one.one_at_first] == ["b"]
    assert one.last_ready == max(
        at for binding in one.result.plan.bindings for at in binding.ready_at.values()
    )


def test_a_server_asked_for_has_its_name_as_given() -> None:
    """Names compare folded."""
    one = made(KnownLeases(RULES), ["a"], "ctx1", plan(bound("a", "CTX1"), servers=()))
    assert [x.name for x in one.result.plan.servers] == [NamedServer("ctx1").name]
    assert fold("CTX1") == "ctx1"
