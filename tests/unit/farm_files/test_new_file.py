"""Files are written whole, and never over others unless asked to."""

from pathlib import Path

import pytest

from local.farm.errors import FarmError
from local.farm.new_file import NewFile


def test_a_new_file_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    """With the rights that files usually have."""
    NewFile(tmp_path / "plan.csv").write(b"plan")
    assert [(x.name, x.read_bytes()) for x in tmp_path.iterdir()] == [("plan.csv", b"plan")]
    (tmp_path / "usual").touch()
    assert (tmp_path / "plan.csv").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    """The error says how to go on."""
    file = tmp_path / "plan.csv"
    file.write_bytes(b"old")
    for attempt in (NewFile(file).check, lambda: NewFile(file).write(b"new")):
        with pytest.raises(FarmError, match=r"is there already: .* --force"):
            attempt()
    assert file.read_bytes() == b"old"
    NewFile(file, force=True).write(b"new")
    assert [(x.name, x.read_bytes()) for x in tmp_path.iterdir()] == [("plan.csv", b"new")]


def test_a_file_that_comes_in_between_stays(tmp_path: Path) -> None:
    """Even between the last look and the writing; the half-made one goes."""

    class Late(NewFile):
        def check(self) -> None:
            super().check()
            self.path.write_bytes(b"somebody's")

    with pytest.raises(FarmError, match="is there already"):
        Late(tmp_path / "plan.csv").write(b"ours")
    assert [(x.name, x.read_bytes()) for x in tmp_path.iterdir()] == [("plan.csv", b"somebody's")]


def test_a_link_to_nowhere_counts_as_a_file(tmp_path: Path) -> None:
    """Writing through it would make a file elsewhere."""
    (tmp_path / "plan.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FarmError, match="is there already"):
        NewFile(tmp_path / "plan.csv").check()


@pytest.mark.parametrize(
    ("name", "said"), [("no/plan.csv", "folder .*no does not"), ("", "is a f")]
)
def test_places_that_are_none_are_told(tmp_path: Path, name: str, said: str) -> None:
    """Before any work is done."""
    with pytest.raises(FarmError, match=said):
        NewFile(tmp_path / name).check()


def test_what_the_system_refuses_is_told(tmp_path: Path) -> None:
    """With what it says."""
    with pytest.raises(FarmError, match="cannot be written: File name too long"):
        NewFile(tmp_path / ("x" * 300)).write(b"plan")
    assert list(tmp_path.iterdir()) == []
