"""CSV as Excel and directory exports write it, and errors that name the line."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.farm.csv_table import csv_bytes, escaped, read_table, unescaped
from local.farm.errors import FarmError
from tests.unit.farm_files.plans import HOSTILE, TEXTS

COLUMNS = ("user", "logon")


def table_file(folder: Path, content: bytes | str) -> Path:
    """A file with that content."""
    file = folder / "users.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def cells(folder: Path, content: bytes | str) -> list[tuple[int, str, str]]:
    """(line, user, logon) of each row."""
    table = read_table(table_file(folder, content), COLUMNS, ("user",))
    return [(row.line, row["user"], row["logon"]) for row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        "user,logon\nACME\\a,1\n",
        "user;logon\r\nACME\\a;1\r\n",
        "user\tlogon\nACME\\a\t1",
        "\ufeffuser,logon\nACME\\a,1\n",
        " Logon ; USER \n1; ACME\\a \n",
        '"user";"logon"\n"ACME\\a";"1"\n',
        "department;user;logon;\nx,y;ACME\\a;1;\n",
    ],
)
def test_every_usual_way_to_write_a_table_is_read(tmp_path: Path, content: str) -> None:
    """Commas, semicolons, tabs, a byte order mark, any order and case, other columns."""
    assert cells(tmp_path, content) == [(2, "ACME\\a", "1")]


def test_empty_lines_and_a_separator_hint_are_left_out_but_counted(tmp_path: Path) -> None:
    """Excel writes rows of nothing but separators, and `sep=;` as the first line."""
    assert cells(tmp_path, "sep=;\nuser;logon\n\n;\na;1\n \nb;2\n") == [
        (5, "a", "1"),
        (7, "b", "2"),
    ]


def test_the_line_of_a_row_is_where_it_begins(tmp_path: Path) -> None:
    """Also after and at a cell that goes over several lines."""
    assert [x[0] for x in cells(tmp_path, 'user\na\n"b\nb"\nc\n')] == [2, 3, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: the header lacks user"),
        ("name,logon\na,1\n", "line 1: the header lacks user"),
        ("user,logon,User\na,1,b\n", "line 1: the header has user twice"),
        ("user,logon\na,1\nb,1,2\n", "line 3: 3 cells under 2 columns"),
        ('user,logon\na,1\n"b"c,1\n', "line 3: this is not CSV"),
        ('user,logon\na,1\n"b,1\n', "line 3: this is not CSV"),
        ("user,logon\nJürgen,1\n".encode("cp1252"), 'line 2: this is not UTF-8: .*"CSV UTF-8"'),
        ("user\na\n".encode("utf-16"), "line 1: this is not UTF-8"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(
    tmp_path: Path, content: bytes | str, said: str
) -> None:
    """And with what to do."""
    with pytest.raises(FarmError, match=said):
        cells(tmp_path, content)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A folder too."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FarmError, match=r"does not exist|cannot be read"):
            read_table(path, COLUMNS, ("user",))


@given(TEXTS)
def test_no_cell_is_a_formula_and_every_text_comes_back(text: str) -> None:
    """Whatever a spreadsheet would calculate has an apostrophe before it, and only that."""
    cell = escaped(text)
    assert cell.lstrip()[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20")
    assert cell[:1] not in {"\t", "\r", "\n"}
    assert unescaped(cell) == text


@pytest.mark.parametrize("text", ["anna", "ACME\\anna", "O'Brien", "a=b", ""])
def test_usual_texts_are_written_as_they_are(text: str) -> None:
    """And those that others wrote with an apostrophe of their own keep it."""
    assert escaped(text) == text
    assert unescaped(f"'{text}") == f"'{text}"


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    """Cells with separators, quotes and line breaks too; reading takes outer blanks away."""
    with tempfile.TemporaryDirectory() as folder:
        found = cells(Path(folder), csv_bytes([COLUMNS, *rows]))
    written = [(user.strip(), logon.strip()) for user, logon in rows]
    assert [x[1:] for x in found] == [x for x in written if any(x)]


def test_half_a_surrogate_pair_is_refused() -> None:
    """No file can hold it."""
    with pytest.raises(FarmError, match="no valid Unicode"):
        csv_bytes([["a\ud800"]])


def test_hostile_texts_are_hostile() -> None:
    """Some of them would be formulas."""
    assert sum(escaped(text) != text for text in HOSTILE) >= 5
