"""The app's libraries: the lock file made from requirements.txt, and installed for the target.

The target is the worker of Azure Functions: CPython 3.13 on Linux x86-64 (Azure facts B1). uv
chooses wheels for it on any machine and refuses a file whose hash is not in the lock.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from local.package.errors import PackageError

PYTHON = (3, 13)
# The worker's image has glibc 2.36; wheels for 2.28 or older run there and exist everywhere.
PLATFORM = "x86_64-manylinux_2_28"
REQUIREMENTS = Path("requirements.txt")
LOCK = Path("requirements.lock.txt")


def write_lock(root: Path, lock: Path, *, upgrade: bool = False) -> None:
    """Writes the lock of requirements.txt; versions that `lock` has stay unless `upgrade`.

    It names no registry, so that each machine and CI uses its own.
    """
    _uv(
        root,
        "compile",
        str(REQUIREMENTS),
        *("--output-file", str(lock), "--generate-hashes", "--only-binary", ":all:"),
        *("--custom-compile-command", "make lock", "--no-emit-index-url", "--no-emit-find-links"),
        *(("--upgrade",) if upgrade else ()),
    )


def install(root: Path, folder: Path) -> None:
    """Installs exactly what the lock names into `folder`, without scripts and installer's marks."""
    _uv(
        root,
        "install",
        *("--target", str(folder), "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--link-mode", "copy", "--requirements", str(LOCK)),
    )
    _remove_scripts(folder)


def _remove_scripts(folder: Path) -> None:
    # They bear the path of this machine's Python, and the Functions host starts none of them.
    shutil.rmtree(folder / "bin", ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    for record in folder.glob("*.dist-info/RECORD"):
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join(x for x in lines if not x.startswith(("bin/", "../../bin/"))))


def _uv(root: Path, command: str, *arguments: str) -> None:
    target = ("--python-version", ".".join(map(str, PYTHON)), "--python-platform", PLATFORM)
    # A person's own uv settings must not change the package.
    plainly = ("--quiet", "--no-config")
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "uv", "pip", command, *arguments, *target, *plainly],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"uv could not {command} the libraries:\n{done.stderr.strip()}")
