"""requirements.lock.txt: what is deployed, to the byte, and from no particular registry."""

import re
from pathlib import Path

import pytest

from local.package.errors import PackageError
from local.package.libraries import LOCK, install, write_lock
from tests.package.conftest import ROOT

TEXT = (ROOT / LOCK).read_text()
PIN = re.compile(
    r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def test_every_pin_of_the_requirements_is_in_the_lock() -> None:
    """Whoever changes requirements.txt runs `make lock`."""
    locked = {f"{name}=={version}" for name, version, _ in PIN.findall(TEXT)}
    wanted = {line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    assert wanted <= locked, f"run `make lock`: {sorted(wanted - locked)}"


def test_every_line_is_a_pin_a_hash_or_a_comment() -> None:
    """Nothing without a hash, no registry's address, no option."""
    rest = PIN.sub("", TEXT)
    assert [line for line in rest.splitlines() if line and not line.lstrip().startswith("#")] == []
    assert "://" not in TEXT


def test_locking_again_changes_nothing(tmp_path: Path) -> None:
    """Versions that are locked stay, so the lock is what `make lock` makes of requirements.txt."""
    again = tmp_path / "again.txt"
    again.write_text(TEXT)
    write_lock(ROOT, again)
    assert again.read_text() == TEXT


def test_a_file_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    """A registry that serves something else is caught."""
    name, version, hashes = next(pin for pin in PIN.findall(TEXT) if pin[0] == "h11")
    other = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", hashes)
    (tmp_path / LOCK).write_text(f"{name}=={version} \\\n{other}")
    with pytest.raises(PackageError, match=r"[Hh]ash"):
        install(tmp_path, tmp_path / "site")


def test_requirements_that_nobody_can_meet_are_told_in_uv_s_words(tmp_path: Path) -> None:
    """And the lock that was there stays."""
    (tmp_path / "requirements.txt").write_text("h11==0.0.0.1\n")
    lock = tmp_path / LOCK
    lock.write_text("# older\n")
    with pytest.raises(PackageError, match=r"h11==0\.0\.0\.1"):
        write_lock(tmp_path, lock)
    assert lock.read_text() == "# older\n"
