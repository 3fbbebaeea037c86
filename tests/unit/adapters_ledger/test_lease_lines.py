"""A look at the leases as lines: all of it comes back, and what is missing is noticed."""

import json
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.ledger.lease_lines import lines_of, servers_of
from shared.adapters.ledger.rows import columns_of, value_of
from shared.domain.leases.history import LeaseChange, LeaseCounts
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal, QlikViewServer
from tests.unit.adapters_ledger.interrupted import interrupted
from tests.unit.adapters_ledger.lease_strategies import changes, lease_counts, servers

_SERVER = CalConfiguration(
    QlikViewServer("id", "QVS"),
    assigned_cals=(NamedCal("LAB\\anna"), NamedCal("LAB\\ben")),
    leases=(Lease("LAB\\anna", "m1"),),
    removed_cals=(),
)


@given(st.lists(servers, max_size=3))
def test_servers_come_back_exactly(some: list[CalConfiguration]) -> None:
    """Every field, in the same order; a list that was not told stays apart from an empty one."""
    lines = list(lines_of(some))
    assert list(servers_of(iter(lines))) == some
    assert all(line.isascii() and "\n" not in line for line in lines)


def test_a_line_is_read_by_its_names() -> None:
    """People who unpack a chunk find JSON with the names of the model, one entry a line."""
    head, *entries = [json.loads(line) for line in lines_of([_SERVER])]
    assert (head["assigned_cals"], head["leases"], head["removed_cals"]) == (2, 1, 0)
    assert head["server"]["server"] == {"id": "id", "name": "QVS"}
    assert [entry["user"] for entry in entries] == ["LAB\\anna", "LAB\\ben", "LAB\\anna"]


@pytest.mark.parametrize("lost", range(4))
def test_a_lost_line_is_an_error(lost: int) -> None:
    """Whichever line is missing, fewer leases are never taken for the truth."""
    lines = list(lines_of([_SERVER]))
    del lines[lost]
    with pytest.raises(ValueError, match=r"missing|_ServerLine|NamedCal|Lease"):
        list(servers_of(iter(lines)))


def test_lines_are_made_one_by_one() -> None:
    """A look of any size is never held as text whole: the second line needs no third one."""
    happened: list[str] = []
    leases = interrupted((Lease("LAB\\anna", "m1"),) * 2, 1, lambda: happened.append("read"))
    server = CalConfiguration(QlikViewServer("id", "QVS"), leases=leases)
    lines = lines_of([server])
    assert (len(list(islice(lines, 2))), happened) == (2, [])
    assert (len(list(lines)), happened) == (1, ["read"])


@given(lease_counts)
def test_counts_come_back(counts: LeaseCounts) -> None:
    """The JSON of a row of counts holds all of them."""
    assert value_of(LeaseCounts, columns_of(counts), "LeaseCounts") == counts


@given(changes)
def test_changes_come_back(change: LeaseChange) -> None:
    """The JSON of a row of a change holds all of it."""
    assert value_of(LeaseChange, columns_of(change), "LeaseChanges") == change
