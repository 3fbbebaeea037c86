"""A plan in a file: it comes back as it was, however its rows are sorted."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.farm.errors import FarmError
from local.farm.plan_csv import plan_bytes, read_plan
from shared.domain.farm.model import FarmPlan, FarmServer
from tests.unit.farm_files.plans import bound, plan, plans

HEADER = "user,server_1,server_2,server_1_ready_at,server_2_ready_at,weight"


def read(content: bytes) -> FarmPlan:
    """The plan of a file with that content."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.csv"
        file.write_bytes(content)
        return read_plan(file)


def rows(*lines: str) -> bytes:
    """A file with the header and these lines."""
    return "\n".join([HEADER, *lines]).encode()


@given(plans())
def test_a_plan_comes_back_as_it_was(written: FarmPlan) -> None:
    """Names, weights, times to the microsecond, and servers to which nobody is bound."""
    assert read(plan_bytes(written)) == written


@given(st.randoms())
def test_the_order_of_the_rows_makes_no_difference(dice: random.Random) -> None:
    """A spreadsheet may have sorted them."""
    servers = (FarmServer("CTX01"), FarmServer("CTX02", 2.5), FarmServer("CTX03"))
    written = plan(bound("a", CTX01=2), bound("b"), bound("c", "CTX02"), servers=servers)
    header, *lines = plan_bytes(written).decode("utf-8-sig").splitlines()
    dice.shuffle(lines)
    assert read("\n".join([header, *lines]).encode()) == written


def test_the_file_is_as_people_expect_it() -> None:
    """The mark by which Excel knows UTF-8, one row a server, one row a user."""
    servers = (FarmServer("CTX01"), FarmServer("CTX02", 1.5))
    written = plan(bound("ACME\\jürgen", CTX02=24), servers=servers)
    assert plan_bytes(written).decode() == (
        f"\ufeff{HEADER}\r\n,CTX01,,,,1\r\n,CTX02,,,,1.5\r\n"
        "ACME\\jürgen,CTX01,CTX02,,2026-03-03T12:00:00Z,\r\n"
    )


def test_a_plan_that_excel_saved_in_europe_is_read() -> None:
    """With semicolons and decimal commas."""
    text = f"{HEADER}\n,CTX01,,,,1,5\na,CTX01,,,,\n".replace(",", ";").replace("1;5", "1,5")
    assert read(text.encode()).servers == (FarmServer("CTX01", 1.5),)


def test_a_plan_written_by_hand_needs_no_rows_of_servers() -> None:
    """They are those of the users then, and all weigh the same."""
    found = read(b"user;server_1;server_2\na;ctx02;CTX01\nb;CTX02;\n")
    assert [(server.name, server.weight) for server in found.servers] == [
        ("CTX01", 1),
        ("CTX02", 1),
    ]
    assert [binding.servers for binding in found.bindings] == [("CTX01", "CTX02"), ("CTX02",)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rows(",CTX01,,,,1"), "binds no users"),
        (rows("a,CTX01,,,,", "A,CTX01,,,,"), "line 3: A comes twice"),
        (rows(",CTX01,,,,1", ",ctx01,,,,1", "a,CTX01,,,,"), "line 3: the server ctx01 comes twice"),
        (rows(",CTX01,,,,1", "a,CTX01,CTX02,,,"), "line 3: CTX02 is no server of this plan"),
        (rows("a,CTX01,ctx01,,,"), "line 2: a needs one server or two different ones"),
        (rows("a,,,,,"), "line 2: a needs one server"),
        (rows(",CTX01,,,,nan", "a,CTX01,,,,"), "line 2: the weight 'nan' is no number above 0"),
        (rows(",CTX01,,,,heavy", "a,CTX01,,,,"), "line 2: the weight 'heavy'"),
        (rows(",,,,,1", "a,CTX01,,,,"), "line 2: neither a user nor a server"),
        (rows("a,CTX01,,soon,,"), "line 2: server_1_ready_at is 'soon'"),
        (rows("a,CTX01,,,2026-03-02,"), "line 2: server_2_ready_at is '2026-03-02'"),
        (b"user,logon\na,\n", "line 1: the header lacks server_1"),
    ],
)
def test_what_is_no_plan_is_told_with_its_line(content: bytes, said: str) -> None:
    """And with what to do."""
    with pytest.raises(FarmError, match=said):
        read(content)
