"""The package as it was built: complete, for the target, and nothing that must stay at home."""

import importlib.metadata
import importlib.util
import marshal
import re
import types
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name

from local.package.build import APP_FILES, APP_FOLDERS, LIBRARIES, build
from local.package.check import check
from local.package.libraries import PYTHON
from tests.docs.test_functions_reference import FUNCTIONS
from tests.package.conftest import ROOT

_PYC_HEADER = 16
_UNCHECKED = (1).to_bytes(4, "little")


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's content in a folder."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


def test_every_function_of_the_contract_is_found_from_the_zip_alone(package: Path) -> None:
    """Microsoft's worker code indexes it with no library of this machine in sight."""
    assert check(package).functions == tuple(sorted(FUNCTIONS))


def test_the_package_holds_the_app_and_its_libraries_and_nothing_else(unpacked: Path) -> None:
    """No tests, no local settings, no certificates, no scripts that bear this machine's paths."""
    assert {path.name for path in unpacked.iterdir()} == {
        *APP_FILES,
        *APP_FOLDERS,
        ".python_packages",
        "__pycache__",
    }
    assert not (unpacked / LIBRARIES / "bin").exists()
    ours = [path for name in APP_FOLDERS for path in (unpacked / name).rglob("*")]
    assert not [path for path in ours if path.suffix in {".pem", ".pfx", ".key", ".lp"}]


def test_every_source_file_of_the_app_is_in_it(unpacked: Path) -> None:
    """Byte for byte, also files that are no Python."""
    for name in APP_FOLDERS:
        for path in (ROOT / name).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (unpacked / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_the_libraries_are_those_that_the_requirements_need_and_no_other(unpacked: Path) -> None:
    """Each requirement is met in its version, to the last library of a library."""
    site = str(unpacked / LIBRARIES)
    there = {
        canonicalize_name(found.name): found
        for found in importlib.metadata.distributions(path=[site])
    }
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith("#")]
    needed: set[str] = set()
    extras_seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        assert name in there, requirement
        assert requirement.specifier.contains(there[name].version, prereleases=True), requirement
        for extra in ("", *requirement.extras):
            if (name, extra) in extras_seen:
                continue
            extras_seen.add((name, extra))
            asked = [Requirement(text) for text in there[name].requires or ()]
            waiting += [x for x in asked if not x.marker or x.marker.evaluate({"extra": extra})]
        needed.add(name)
    assert needed == set(there)


def test_every_library_is_for_the_worker_of_azure(unpacked: Path) -> None:
    """Each wheel is pure, or for CPython 3.13 on Linux x86-64 with glibc 2.28 or older."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
    target = {
        str(tag)
        for tag in (
            *cpython_tags(PYTHON, platforms=platforms),
            *compatible_tags(PYTHON, "cp313", platforms=platforms),
        )
    }
    wheels = list((unpacked / LIBRARIES).glob("*.dist-info/WHEEL"))
    assert wheels
    for wheel in wheels:
        tags = set(re.findall(r"^Tag: (\S+)", wheel.read_text(), re.MULTILINE))
        assert tags & target, (wheel.parent.name, tags)


def test_every_module_has_byte_code_that_the_worker_takes(unpacked: Path) -> None:
    """Right magic number, never checked against file times, and no path of this machine."""
    sources = list(unpacked.rglob("*.py"))
    for source in sources:
        code = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert code[:8] == importlib.util.MAGIC_NUMBER + _UNCHECKED, source
    ours = Path(importlib.util.cache_from_source(str(unpacked / "function_app.py")))
    module = marshal.loads(ours.read_bytes()[_PYC_HEADER:])  # noqa: S302 - we compiled it
    assert isinstance(module, types.CodeType)
    assert module.co_filename == "function_app.py"


def test_the_same_input_gives_the_same_zip(package: Path, tmp_path: Path) -> None:
    """Whoever doubts a deployment can build it again and compare."""
    again = tmp_path / "again.zip"
    build(ROOT, again)
    assert again.read_bytes() == package.read_bytes()
