"""Names of groups: allowed in Active Directory, short, the same every time, never twice."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.farm.group_names import LONGEST, PREFIX, GroupNames
from shared.domain.never_release import fold
from tests.unit.farm_files.plans import NAMES

ALLOWED = re.compile(r"[A-Za-z0-9_-]+")
LIKELY = st.sampled_from(["A", "B", "A-B", "B-A", "a-b-c", "C", "CTX01", "ctx01.acme.example"])


def test_usual_names_stand_as_they_are() -> None:
    """Whatever their order."""
    names = GroupNames(["CTX01", "CTX02"], "QV-")
    assert names.of(["CTX02", "CTX01"]) == names.of(["ctx01", "ctx02"]) == "QV-CTX01-CTX02"
    assert names.of(["CTX02"]) == "QV-CTX02"


@given(st.lists(NAMES | LIKELY, min_size=1, max_size=8, unique_by=fold))
def test_every_group_has_an_allowed_name_of_its_own(servers: list[str]) -> None:
    """However the servers are called; with the longest prefix."""
    prefix = "Q" * 12
    assert PREFIX.fullmatch(prefix)
    names = GroupNames(servers, prefix)
    groups = [(server,) for server in servers] + list(combinations(servers, 2))
    found = [names.of(group) for group in groups]
    assert len({name.lower() for name in found}) == len(found)
    assert all(ALLOWED.fullmatch(name) and len(name) <= LONGEST for name in found)


@pytest.mark.parametrize("server", ["ctx01.acme.example", "Büro", "x" * 80, "a/b"])
def test_a_name_that_cannot_stand_is_coded_alone(server: str) -> None:
    """The others are as they are, and the code doesn't depend on them."""
    name = GroupNames(["CTX01", server], "QV-").of(["CTX01", server])
    assert name.startswith("QV-")
    assert "CTX01" in name
    assert GroupNames([server, "CTX09"], "QV-").of([server]) == GroupNames([server], "QV-").of(
        [server]
    )


@pytest.mark.parametrize("prefix", ["", "-QV", "QV*", "Q" * 13, "QV\n", "QV)("])
def test_a_prefix_that_is_none_does_not_match(prefix: str) -> None:
    """It stands in an LDAP filter too."""
    assert not PREFIX.fullmatch(prefix)
