"""Who uses what: counts, groups and lists of the holders of licenses."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.holder_survey import holders
from shared.domain.holders import (
    NONE,
    NOT_VISIBLE,
    Counted,
    GroupKind,
    HolderQuestion,
    TypeHolders,
)
from shared.domain.model import AccessLicense, LicenseType, User
from tests.unit.build import ANALYZER, NOW, PROFESSIONAL, a_license, a_user, days_ago


def survey(
    rows: Sequence[AccessLicense],
    users: Sequence[User] = (),
    *,
    owners: Collection[str] | None = None,
    by: str = "",
    listed: int = 20,
) -> dict[LicenseType, TypeHolders]:
    """The holders of both types at NOW."""
    licenses = {kind: [r for r in rows if r.license_type is kind] for kind in LicenseType}
    question = HolderQuestion(NOW, owners, by, listed)
    found = holders(licenses, {user.id: user for user in users}, question)
    return {one.license_type: one for one in found}


def analyzers(rows: Sequence[AccessLicense], *users: User) -> TypeHolders:
    """The holders of analyzer licenses."""
    return survey(rows, users)[ANALYZER]


def groups(found: TypeHolders, kind: GroupKind) -> dict[str, int]:
    """How many hold a license in each group of a kind, largest first."""
    return {g.value: g.counts[Counted.HOLDERS] for g in found.groups if g.kind is kind}


@pytest.mark.parametrize(
    ("days", "counted"),
    [
        (29.99, []),
        (30, [Counted.UNUSED_30]),
        (60, [Counted.UNUSED_30, Counted.UNUSED_60]),
        (90, [Counted.UNUSED_30, Counted.UNUSED_60, Counted.UNUSED_90]),
    ],
)
@pytest.mark.parametrize("ever_used", [True, False])
def test_unused_for_days_counts_from_the_last_use_or_the_assignment(
    days: float, counted: list[Counted], ever_used: bool
) -> None:
    """30 days are 30 times 24 hours; a license that was never used is as old as its assignment."""
    used, created = (days_ago(days), days_ago(500)) if ever_used else (None, days_ago(days))
    counts = analyzers([a_license(last_used=used, created=created)]).counts
    unused = (Counted.UNUSED_30, Counted.UNUSED_60, Counted.UNUSED_90)
    assert [each for each in unused if counts[each]] == counted
    assert counts[Counted.NEVER_USED] == (not ever_used)


def test_an_unknown_age_is_not_called_long() -> None:
    """Without any date a license is never used and nothing more."""
    found = analyzers([a_license(last_used=None, created=None)])
    assert (found.counts[Counted.NEVER_USED], found.counts[Counted.UNUSED_30]) == (1, 0)
    assert found.lists[Counted.NEVER_USED][0].days_unused is None


@pytest.mark.parametrize(
    ("user", "flags"),
    [
        (a_user(blocked=True), ("blocked",)),
        (a_user(inactive=True), ("inactive",)),
        (a_user(removed_externally=True, inactive=True), ("removed externally", "inactive")),
    ],
)
def test_who_left_still_holding_a_license_is_found_with_the_reason(
    user: User, flags: tuple[str, ...]
) -> None:
    """Blocked, inactive or removed externally: they can't sign in, and hold a license."""
    found = analyzers([a_license(), a_license(2)], user, a_user(2))
    assert found.counts[Counted.LEFT] == 1
    holder = found.lists[Counted.LEFT][0]
    assert (holder.account, holder.flags) == ("LAB\\user1", flags)


def test_a_quarantined_license_is_only_counted_as_such() -> None:
    """It is on its way out: nothing else is said about it, and no account listed."""
    left = a_user(blocked=True)
    row = a_license(quarantined=True, last_used=None)
    twin = a_license(9, user=left, license_type=PROFESSIONAL)
    found = survey([row, twin], [left])
    counts = found[ANALYZER].counts
    assert {each for each in counts if counts[each]} == {Counted.QUARANTINED}
    assert not any(found[ANALYZER].lists.values())
    assert found[PROFESSIONAL].counts[Counted.BOTH_TYPES] == 0


def test_users_with_both_types_are_found_on_both_sides() -> None:
    """Each side shows how long that very license was unused."""
    user = a_user()
    rows = [
        a_license(1, user=user, last_used=days_ago(40)),
        a_license(2, user=user, last_used=days_ago(2), license_type=PROFESSIONAL),
        a_license(3, license_type=PROFESSIONAL),
    ]
    found = survey(rows, [user])
    listed = {kind: one.lists[Counted.BOTH_TYPES] for kind, one in found.items()}
    assert [h.days_unused for h in listed[ANALYZER]] == [40.0]
    assert [h.days_unused for h in listed[PROFESSIONAL]] == [2.0]


def test_a_user_who_is_not_visible_is_counted_and_judged_no_further() -> None:
    """Nobody knows whether such a user left or owns something."""
    rows = [a_license(license_type=PROFESSIONAL)]
    counts = survey(rows, [], owners=(), by="Department")[PROFESSIONAL]
    assert counts.counts[Counted.NOT_VISIBLE] == 1
    assert (counts.counts[Counted.LEFT], counts.counts[Counted.OWNS_NOTHING]) == (0, 0)
    assert groups(counts, GroupKind.USER_DIRECTORY) == {"LAB": 1}
    assert groups(counts, GroupKind.CUSTOM_PROPERTY) == {NOT_VISIBLE: 1}


def test_professional_users_who_own_nothing_are_found_only_when_asked() -> None:
    """Not asked is no zero; analyzer users can own nothing; who left needs no analyzer either."""
    users = [a_user(1), a_user(2), a_user(3, blocked=True)]
    rows = [a_license(n, license_type=PROFESSIONAL) for n in (1, 2, 3)]
    rows.append(a_license(4, user=a_user(1)))
    asked = survey(rows, users, owners={a_user(1).id})
    assert [h.account for h in asked[PROFESSIONAL].lists[Counted.OWNS_NOTHING]] == ["LAB\\user2"]
    assert Counted.OWNS_NOTHING not in asked[ANALYZER].counts
    for found in survey(rows, users).values():
        assert Counted.OWNS_NOTHING not in found.counts
        assert Counted.OWNS_NOTHING not in found.lists


def test_directories_are_grouped_whatever_their_case() -> None:
    """LAB and lab are one directory, as first spelled; the largest group comes first."""
    rows = [
        a_license(1, user=a_user(1, directory="HR")),
        a_license(2, user=a_user(2, directory="lab")),
        a_license(3, user=a_user(3, directory="LAB")),
        a_license(4, user=a_user(4, directory="")),
        a_license(5, has_user=False),
    ]
    by_directory = groups(analyzers(rows), GroupKind.USER_DIRECTORY)
    assert list(by_directory.items()) == [(NONE, 2), ("lab", 2), ("HR", 1)]


def test_a_custom_property_groups_by_its_values() -> None:
    """Its name in any case; two values count in both; without it, and with an empty one: (none)."""
    users = [
        a_user(1, properties=[("department", "Sales"), ("Department", "SALES")]),
        a_user(2, properties=[("Department", "Sales"), ("Department", "IT")]),
        a_user(3, properties=[("Other", "IT")]),
        a_user(4, properties=[("DEPARTMENT", "")]),
    ]
    rows = [a_license(n) for n in (1, 2, 3, 4)]
    found = survey(rows, users, by="Department")[ANALYZER]
    assert groups(found, GroupKind.CUSTOM_PROPERTY) == {NONE: 2, "Sales": 2, "IT": 1}
    assert groups(survey(rows, users)[ANALYZER], GroupKind.CUSTOM_PROPERTY) == {}


def test_lists_have_the_longest_unused_first_and_end_at_their_cap() -> None:
    """The first in line are shown, never-used ones by their assignment, unknown ages last."""
    rows = [a_license(n, last_used=None, created=days_ago(n)) for n in (3, 9, 5, 7)]
    rows.append(a_license(1, last_used=None, created=None))
    full = survey(rows)[ANALYZER].lists[Counted.NEVER_USED]
    assert [h.days_unused for h in full] == [9.0, 7.0, 5.0, 3.0, None]
    capped = survey(rows, listed=2)[ANALYZER].lists[Counted.NEVER_USED]
    assert capped == full[:2]
    assert survey(rows, listed=0)[ANALYZER].lists[Counted.NEVER_USED] == ()


def test_a_type_that_nobody_holds_has_counts_of_zero() -> None:
    """An empty pool is an answer, too; of a type that was not read nothing is said."""
    found = holders({ANALYZER: []}, {}, HolderQuestion(NOW))
    assert [one.license_type for one in found] == [ANALYZER]
    assert [g.kind for g in found[0].groups] == [GroupKind.ALL]
    assert not any(found[0].counts.values())
    assert holders({}, {}, HolderQuestion(NOW)) == ()


users_drawn = st.builds(
    lambda number, directory, flags, values: a_user(
        number,
        directory=directory,
        inactive=flags[0],
        blocked=flags[1],
        removed_externally=flags[2],
        properties=[("Department", value) for value in values],
    ),
    st.integers(1, 12),
    st.sampled_from(["LAB", "lab", "HR", ""]),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.lists(st.sampled_from(["IT", "it", "Sales", ""]), max_size=3),
)
ages = st.none() | st.floats(-5, 200)


@st.composite
def populations(draw: st.DrawFn) -> tuple[list[AccessLicense], list[User]]:
    """Licenses of any state, and those of their users that are visible."""
    users = draw(st.lists(users_drawn, max_size=12, unique_by=lambda user: user.id))
    rows = [
        a_license(
            number,
            user=draw(st.sampled_from(users)) if users else a_user(number),
            has_user=draw(st.booleans()),
            license_type=draw(st.sampled_from(LicenseType)),
            last_used=None if (used := draw(ages)) is None else days_ago(used),
            created=None if (age := draw(ages)) is None else days_ago(age),
            quarantined=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(0, 25)) + 1)
    ]
    return rows, [user for user in users if draw(st.booleans())]


@given(populations(), st.integers(0, 5), st.none() | st.just(frozenset({a_user(1).id})))
def test_counts_groups_and_lists_agree(
    population: tuple[list[AccessLicense], list[User]],
    listed: int,
    owners: frozenset[str] | None,
) -> None:
    """Every license is held or quarantined, every directory adds up, every list fits its count."""
    rows, users = population
    found = survey(rows, users, owners=owners, by="department", listed=listed)
    for kind, one in found.items():
        counts = one.counts
        held = sum(row.license_type is kind for row in rows)
        assert counts[Counted.HOLDERS] + counts[Counted.QUARANTINED] == held
        assert counts[Counted.UNUSED_90] <= counts[Counted.UNUSED_60] <= counts[Counted.UNUSED_30]
        for each, number in counts.items():
            directories = [g.counts[each] for g in one.groups if g.kind is GroupKind.USER_DIRECTORY]
            assert sum(directories) == number <= held
            if each in one.lists:
                assert len(one.lists[each]) == min(listed, number)


@given(populations())
def test_the_order_in_which_licenses_are_read_changes_no_count(
    population: tuple[list[AccessLicense], list[User]],
) -> None:
    """Counts of all holders depend on the licenses only, not on their order or on the lists."""
    rows, users = population
    there, again = survey(rows, users), survey(rows[::-1], users, listed=0)
    assert {k: one.counts for k, one in there.items()} == {k: o.counts for k, o in again.items()}


@given(populations(), st.floats(0, 100))
def test_time_alone_only_makes_licenses_older(
    population: tuple[list[AccessLicense], list[User]], days: float
) -> None:
    """Later, and without any use, no count of unused licenses is lower."""
    rows, _ = population
    licenses = {ANALYZER: [replace(row, license_type=ANALYZER) for row in rows]}
    now = holders(licenses, {}, HolderQuestion(NOW))[0].counts
    later = holders(licenses, {}, HolderQuestion(NOW + timedelta(days=days)))[0].counts
    for each in (Counted.UNUSED_30, Counted.UNUSED_60, Counted.UNUSED_90):
        assert now[each] <= later[each]
    assert now[Counted.NEVER_USED] == later[Counted.NEVER_USED]
