"""What is not fit to be deployed is refused, with a sentence that says why."""

from pathlib import Path

import pytest

from local.package.__main__ import main
from local.package.build import build, lay_out
from local.package.check import check
from local.package.errors import PackageError
from tests.package.edited_zip import edited, without


def test_a_library_that_is_missing_is_named(package: Path, tmp_path: Path) -> None:
    """Also one that is only imported when QRS is first asked: not at indexing, but weeks later."""
    with pytest.raises(PackageError, match="No module named 'stamina'"):
        check(without(package, tmp_path / "x.zip", "site-packages/stamina"))


def test_an_app_that_fails_at_import_is_refused_in_the_worker_s_words(
    package: Path, tmp_path: Path
) -> None:
    """In Azure this would be "0 functions found"."""

    def broken(name: str, content: bytes) -> bytes | None:
        if name == "function_app.py":
            return b"import a_library_that_nobody_has\n" + content
        return None if name.startswith("__pycache__/function_app") else content

    with pytest.raises(PackageError, match="a_library_that_nobody_has"):
        check(edited(package, tmp_path / "x.zip", broken))


def test_an_app_without_functions_is_refused(package: Path, tmp_path: Path) -> None:
    """An app object alone is not enough."""

    def empty(name: str, content: bytes) -> bytes | None:
        if name == "function_app.py":
            return b"import azure.functions as func\napp = func.FunctionApp()\n"
        return None if name.startswith("__pycache__/function_app") else content

    with pytest.raises(PackageError, match="finds no function"):
        check(edited(package, tmp_path / "x.zip", empty))


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    """And so is a file that is not there."""
    rubbish = tmp_path / "x.zip"
    rubbish.write_bytes(b"PK\x03\x04 and then nothing")
    for path in (rubbish, tmp_path / "nowhere.zip"):
        with pytest.raises(PackageError, match="can't be unpacked"):
            check(path)


def test_a_folder_that_is_no_project_is_refused_and_the_older_package_stays(tmp_path: Path) -> None:
    """A build that fails leaves nothing half done behind."""
    older = tmp_path / "package.zip"
    older.write_bytes(b"the older one")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PackageError, match=r"has no function_app\.py, host\.json"):
        build(tmp_path / "empty", older)
    assert older.read_bytes() == b"the older one"
    assert {path.name for path in tmp_path.iterdir()} == {"package.zip", "empty"}


def test_a_folder_with_something_in_it_is_not_filled(package: Path, tmp_path: Path) -> None:
    """What lies there would be deployed too."""
    (tmp_path / "secret.pem").write_text("x")
    with pytest.raises(PackageError, match="is not empty"):
        lay_out(Path(), tmp_path)


def test_source_that_does_not_compile_is_refused(tmp_path: Path) -> None:
    """Before anything is installed from the lock it is told which file and line."""
    root = tmp_path / "project"
    for name in ("functions", "shared"):
        (root / name).mkdir(parents=True)
    for name, content in {
        "function_app.py": "def broken(:\n",
        "host.json": "{}",
        "requirements.lock.txt": "",
    }.items():
        (root / name).write_text(content)
    with pytest.raises(
        PackageError, match=r"(?s)not all of the package compiles.*function_app\.py"
    ):
        build(root, tmp_path / "x.zip")


def test_the_command_line_says_what_is_wrong_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CI stops there."""
    assert main(["check", str(tmp_path / "nowhere.zip")]) == 1
    assert "can't be unpacked" in capsys.readouterr().err


def test_the_command_line_writes_the_function_names_for_the_smoke_test(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One a line, sorted; the deployed app must have exactly these."""
    names = tmp_path / "functions.txt"
    assert main(["check", str(package), "--functions", str(names)]) == 0
    written = names.read_text().splitlines()
    assert "collect_usage" in written
    assert written == sorted(written)
    assert f"{len(written)} functions" in capsys.readouterr().out
