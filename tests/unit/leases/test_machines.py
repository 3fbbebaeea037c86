"""Which machine an opaque machine id stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leases.machines import MachineNames, machine_names, shared_machines
from shared.domain.leases.model import LeaseRules
from tests.unit.leases.build import FARM, a_config, a_lease

NAMES = MachineNames(
    {
        "CTX01": "CTX01",
        "ctx-02": "ctx-02",
        "CTX03.lab.local": "CTX03.lab.local",
        "4C4C4544-0031": "Big One",
        "4C4C4544-0032": "big one",
    }
)


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("ctx01", "CTX01"),
        (" CTX01 ", "CTX01"),
        ("4c4c4544-0031", "Big One"),
        ("BIG ONE", "Big One"),
        ("CTX01.lab.local", "CTX01"),
        ("ctx03", "CTX03.lab.local"),
        ("CTX03.LAB.local.", "CTX03.lab.local"),
        ("ACME\\jdoe CTX01 4C4C;FF-00", "CTX01"),
        ("{ff}|ctx-02|00:15:5D", "ctx-02"),
        ("0f.CTX01.ee", "CTX01"),
        ("uuid=4C4C4544-0032", "Big One"),
    ],
)
def test_an_id_is_named_by_what_is_found_in_it(machine: str, name: str) -> None:
    """The id itself, a name, a host name with or without its domain, or a whole token."""
    assert NAMES.name_of(machine) == name
    assert NAMES.is_farm(machine)


@pytest.mark.parametrize(
    "machine",
    [
        "CTX011",
        "MYCTX01",
        "ctx",
        "ctx-02-old",
        "CTX03.other.local",
        "CTX01 ctx-02",
        "",
        " ",
        "NB-7",
    ],
)
def test_what_only_resembles_a_name_or_could_be_two_is_no_match(machine: str) -> None:
    """Parts of words, other domains, two names in one id: then the id stays as it is."""
    assert NAMES.farm_name(machine) is None
    assert NAMES.name_of(machine) == machine.strip()
    assert not NAMES.is_farm(machine)


def test_an_address_is_not_a_host_name() -> None:
    """10.1.2.3 is not the machine 10."""
    assert not MachineNames({"10": "10"})._host("10.1.2.3")
    assert MachineNames({"10.1.2.3": "CTX01"}).name_of("10.1.2.3") == "CTX01"


def test_two_ids_of_one_name_are_one_machine() -> None:
    """The farm has each name once, in order, as first spelled."""
    assert NAMES.farm == ("Big One", "CTX01", "CTX03.lab.local", "ctx-02")


def test_an_id_goes_before_a_name() -> None:
    """Where the id of one is the name of another, the id decides."""
    names = MachineNames({"A": "B", "B": "C"})
    assert (names.name_of("a"), names.name_of("b"), names.name_of("c")) == ("B", "C", "C")


def test_without_a_farm_machines_of_several_users_are_taken_for_it() -> None:
    """Three users make a terminal server by all appearance; the same user twice is one."""
    rows = [a_lease("CTX01", user) for user in ("a", "b", "C")]
    rows += [a_lease("ctx01", "c"), a_lease("NB", "a"), a_lease("nb", "A"), a_lease("NB", "b")]
    config = a_config([*rows, a_lease("", "a"), a_lease("", "b"), a_lease("", "c")])
    assert shared_machines([config]) == ("CTX01",)
    assert shared_machines([config], least_users=2) == ("CTX01", "NB")
    names = machine_names(LeaseRules(), [config])
    assert names.inferred
    assert names.farm == ("CTX01",)
    assert not machine_names(FARM, [config]).inferred
    assert shared_machines([a_config(None)]) == ()


def test_users_of_different_servers_share_a_machine_too() -> None:
    """The farm may lease from several QlikView Servers."""
    configs = [a_config([a_lease("CTX01", user)]) for user in "abc"]
    assert shared_machines(configs) == ("CTX01",)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=6), st.text())
def test_any_text_can_be_asked(farm: dict[str, str], machine: str) -> None:
    """It is a name of the farm or the id itself, and its case does not matter."""
    names = MachineNames(farm)
    name = names.farm_name(machine)
    assert name is None or name in names.farm
    assert names.farm_name(f" {machine} ") == name
    for one in names.farm:
        assert names.is_farm(one)


@given(st.sampled_from(["CTX01", "ctx-02", "Ctx_3"]), st.sampled_from(list(" ,;:|/\\{}()=@#")))
def test_a_name_is_found_between_any_separators(name: str, separator: str) -> None:
    """Wherever it stands in the id."""
    names = MachineNames({name: name})
    for machine in (
        f"x{separator}{name}",
        f"{name}{separator}y",
        f"x{separator}{name}{separator}y",
    ):
        assert names.name_of(machine.upper()) == name
        assert not names.is_farm(machine.replace(name, f"{name}x"))
