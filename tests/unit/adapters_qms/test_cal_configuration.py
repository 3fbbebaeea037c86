"""CALConfiguration as every version of QMS tells it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import QmsAnswerError
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal
from tests.unit.adapters_qms.documents import (
    SERVER,
    configuration,
    element,
    nil,
    read_cals,
)

_NAMES = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12
)
_TIMES = st.none() | st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_COUNTS = st.none() | st.integers(-(2**31), 2**31 - 1)
_FLAGS = st.none() | st.booleans()
_CALS = st.builds(NamedCal, _NAMES, _NAMES, _TIMES, _TIMES)
_LEASES = st.builds(Lease, _NAMES, _NAMES, _TIMES, _TIMES, _TIMES)


def _rows[T](row: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...] | None]:
    return st.none() | st.lists(row, max_size=4).map(tuple)


_CONFIGURATIONS = st.builds(
    CalConfiguration,
    st.just(SERVER),
    _COUNTS,
    _COUNTS,
    _COUNTS,
    _FLAGS,
    _FLAGS,
    st.sampled_from(["", "UserName", "MachineName"]),
    _rows(_CALS),
    _rows(_LEASES),
    _rows(_CALS),
)
# What a version may add, or what other parts of the answer hold: none of it is ours.
_STRANGERS = [
    element("LicenseType", "Professional"),
    element(
        "Future",
        element("AssignedCALs", element("AssignedNamedCAL", "<b:UserName>x</b:UserName>")),
        "text",
    ),
    "<!-- a comment --><?target an instruction?>",
    nil("Unknown"),
    '<x:LastUsed xmlns:x="urn:x"><x:Deep/></x:LastUsed>'.replace("LastUsed", "LastSeen"),
]


class _Writer:
    """Writes a configuration in an order, zone and with additions that hypothesis chooses."""

    def __init__(self, data: st.DataObject) -> None:
        self._draw = data.draw

    def document(self, told: CalConfiguration) -> bytes:
        parts = [
            self._plain("InLicense", told.in_license),
            self._plain("Assigned", told.assigned),
            self._plain("Limit", told.limit),
            self._plain("AllowLicenseLease", told.allow_lease),
            self._plain("AllowDynamicAssignment", told.allow_dynamic),
            self._plain("IdentificationMode", told.identification or None),
            self._list("AssignedCALs", "AssignedNamedCAL", told.assigned_cals),
            self._list("LeasedCALs", "LeasedNamedCAL", told.leases),
            self._list("RemovedAssignedCALs", "AssignedNamedCAL", told.removed_cals),
        ]
        return configuration(self._mixed(parts))

    def _mixed(self, parts: list[str]) -> str:
        added = self._draw(st.lists(st.sampled_from(_STRANGERS), max_size=2))
        return "\n  ".join(self._draw(st.permutations([*parts, *added])))

    def _absent(self, name: str) -> str:
        return self._draw(st.sampled_from(["", nil(name)]))

    def _plain(self, name: str, value: bool | int | str | None) -> str:
        if value is None:
            return self._absent(name)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        blanks = self._draw(st.sampled_from(["", " ", "\n"]))
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return element(name, blanks, escaped, blanks)

    def _list(self, name: str, row: str, rows: "tuple[NamedCal | Lease, ...] | None") -> str:
        if rows is None:
            return self._absent(name)
        return element(name, *(element(row, self._row(each)) for each in rows))

    def _row(self, row: NamedCal | Lease) -> str:
        parts = [
            self._plain("UserName", row.user),
            self._plain("MachineID", row.machine),
            self._time("LastUsed", row.last_used),
            self._time("QuarantinedUntil", row.quarantined_until),
        ]
        if isinstance(row, Lease):
            parts.append(self._time("LeasedAt", row.leased_at))
        return self._mixed(parts)

    def _time(self, name: str, moment: datetime | None) -> str:
        if moment is None:
            never = self._draw(st.sampled_from(["", "Z", "+01:00", "-11:00"]))
            return self._draw(
                st.sampled_from(["", nil(name), element(name, f"0001-01-01T00:00:00{never}")])
            )
        zone = timezone(timedelta(minutes=self._draw(st.integers(-14 * 60, 14 * 60))))
        texts = [
            moment.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "9",
            moment.isoformat().replace("+00:00", "Z"),
            moment.astimezone(zone).isoformat(),
        ]
        return element(name, self._draw(st.sampled_from(texts)))


@given(_CONFIGURATIONS, st.data())
def test_any_subset_in_any_order_is_read_as_it_was_told(
    told: CalConfiguration, data: st.DataObject
) -> None:
    """Absent, nil, out of order, with unknown neighbours: what was told comes out."""
    assert read_cals(_Writer(data).document(told)) == told


@given(_CONFIGURATIONS, st.data())
def test_how_the_answer_is_cut_into_pieces_changes_nothing(
    told: CalConfiguration, data: st.DataObject
) -> None:
    """A piece may end anywhere, in the middle of a letter too."""
    document = _Writer(data).document(told)
    cuts = data.draw(st.lists(st.integers(0, len(document)), max_size=20))
    edges = [0, *sorted(cuts), len(document)]
    assert read_cals(document[a:b] for a, b in pairwise(edges)) == told
    assert read_cals(document[at : at + 1] for at in range(len(document))) == told


def test_an_absent_list_is_not_an_empty_one() -> None:
    """Not told is None, told to be empty is an empty tuple."""
    found = read_cals(configuration(element("LeasedCALs"), nil("AssignedCALs")))
    assert found is not None
    assert (found.leases, found.assigned_cals, found.removed_cals) == ((), None, None)


@pytest.mark.parametrize("inner", ["", nil("NamedCALs"), "<b:NamedCALs/>"])
def test_named_cals_that_are_not_told_leave_everything_open(inner: str) -> None:
    """A configuration without its part of named CALs tells nothing of them."""
    assert read_cals(configuration(inner, named=False)) == CalConfiguration(SERVER)


def test_lists_of_other_cals_are_not_ours() -> None:
    """Session and usage CALs have AssignedCALs too, in some versions."""
    others = element("SessionCALs", element("AssignedCALs", element("AssignedNamedCAL")))
    assert read_cals(configuration(others, named=False)) == CalConfiguration(SERVER)


def test_a_null_row_is_no_row() -> None:
    """Lists may hold nulls by the schema."""
    rows = element("LeasedCALs", nil("LeasedNamedCAL"), element("LeasedNamedCAL"))
    found = read_cals(configuration(rows))
    assert found is not None
    assert found.leases == (Lease("", ""),)


def test_equal_names_are_one_object() -> None:
    """A hundred thousand leases of few users don't hold their names a hundred thousand times."""
    row = element("LeasedNamedCAL", element("UserName", "ACME\\JDOE"), element("MachineID", "M1"))
    found = read_cals(configuration(element("LeasedCALs", row, row)))
    assert found is not None
    first, second = found.leases or ()
    assert first.user is second.user
    assert first.machine is second.machine


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LastUsed", "yesterday"),
        ("LastUsed", "2024-03-01"),
        ("LastUsed", "20240301T081530"),
        ("LastUsed", "2024-02-30T08:15:30"),
        ("LastUsed", "2024-03-01T08:15:30+25:00"),
        ("LastUsed", "9999-12-31T23:59:59.9999999"),
        ("LeasedAt", "٢٠٢٤-03-01T08:15:30"),
        ("QuarantinedUntil", "0001-13-01T00:00:00"),
    ],
)
def test_a_time_that_is_none_is_refused_by_name(name: str, text: str) -> None:
    """An unreadable time is never taken for "never"; the error names element and row."""
    rows = element(
        "LeasedCALs", element("LeasedNamedCAL"), element("LeasedNamedCAL", element(name, text))
    )
    with pytest.raises(QmsAnswerError, match=f"as {name} of LeasedNamedCAL 2 in LeasedCALs"):
        read_cals(configuration(rows))


def test_a_quarantine_for_ever_is_one() -> None:
    """DateTime.MaxValue of a zone behind UTC does not overflow."""
    for zone in ("", "Z", "-12:00", "+14:00"):
        row = element(
            "AssignedNamedCAL", element("QuarantinedUntil", f"9999-12-31T23:59:59.9999999{zone}")
        )
        found = read_cals(configuration(element("AssignedCALs", row)))
        assert found is not None
        assert (found.assigned_cals or ())[0].quarantined_until == datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("InLicense", "many"),
        ("Limit", "1.5"),
        ("Assigned", "2147483648"),
        ("Assigned", "9" * 5000),
        ("AllowLicenseLease", "yes"),
    ],
)
def test_a_number_or_flag_that_is_none_is_refused_by_name(name: str, text: str) -> None:
    """What can't be read is not taken for "not told"."""
    with pytest.raises(QmsAnswerError, match=f"as {name} of NamedCALs"):
        read_cals(configuration(element(name, text)))


def test_the_same_element_twice_is_refused() -> None:
    """Two values for one thing: nobody knows which one holds."""
    with pytest.raises(QmsAnswerError, match="Limit twice in one NamedCALs"):
        read_cals(configuration(element("Limit", "1"), element("Limit", "2")))


def test_an_answer_about_another_server_is_refused() -> None:
    """Its CALs would be shown as those of the server that was asked for."""
    other = element("QVSID", "00000000-0000-0000-0000-000000000000")
    with pytest.raises(QmsAnswerError, match="as QVSID"):
        read_cals(configuration(other, named=False))
    own = element("QVSID", SERVER.id.upper())
    assert read_cals(configuration(own, named=False)) == replace(CalConfiguration(SERVER))
