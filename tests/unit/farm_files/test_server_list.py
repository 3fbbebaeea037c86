"""Servers as the command line names them."""

from argparse import ArgumentTypeError

import pytest

from local.farm.server_list import NamedServer, server_list, servers_or_count, weighed
from shared.domain.farm.model import FarmServer
from tests.unit.farm_files.plans import bound, plan


def test_names_with_and_without_weights_are_read() -> None:
    """The last equals sign is the one before the weight."""
    assert server_list("CTX01, CTX02=2 ,a=b=0.5") == (
        NamedServer("CTX01"),
        NamedServer("CTX02", 2.0),
        NamedServer("a=b", 0.5),
    )


def test_a_number_is_so_many_servers() -> None:
    """Or names, as above."""
    assert [x.name for x in servers_or_count("3")] == ["CTX1", "CTX2", "CTX3"]
    assert [x.name for x in servers_or_count("a,b")] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "a,,b", "=2", "a=", "a=two"])
def test_what_names_no_server_is_refused(text: str) -> None:
    """As wrong usage."""
    with pytest.raises(ArgumentTypeError):
        server_list(text)


@pytest.mark.parametrize("text", ["0", "1001", "9" * 30, ""])
def test_too_few_and_too_many_servers_are_refused(text: str) -> None:
    """As wrong usage."""
    with pytest.raises(ArgumentTypeError):
        servers_or_count(text)


def test_a_server_without_a_weight_keeps_that_of_the_plan_in_force() -> None:
    """One that is new weighs 1, and one that is given holds."""
    farm = (FarmServer("CTX01", 3), FarmServer("CTX02", 2))
    in_force = plan(bound("a"), servers=farm)
    given = server_list("ctx01,CTX02=5,CTX03")
    assert [server.weight for server in weighed(given, in_force)] == [3, 5, 1]
    assert [server.weight for server in weighed(given, None)] == [1, 5, 1]
