"""Tests a package as it was built: unpacked, indexed and imported from the zip alone.

The interpreter of the probe sees the zip's content, Python itself and Microsoft's worker code; no
library of this machine. So a library that is missing, or not for the target, is found here and not
as "0 functions found" in Azure.
"""

import importlib.util
import json
import platform
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from local.package.errors import PackageError
from local.package.libraries import PYTHON

_PROJECT = Path(__file__).resolve().parents[2]
_PROBE = Path(__file__).with_name("probe.py")
# What the worker brings along in Azure; all else must be in the package.
_WORKER_PACKAGES = ("azure_functions_runtime", "azurefunctions")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Found:
    """What the worker finds in a package.

    Attributes:
        functions: their names, sorted.
        files: how many files it has.
        size: of the zip, in bytes.
    """

    functions: tuple[str, ...]
    files: int
    size: int


def check(package: Path) -> Found:
    """Indexes the functions of a package and imports every module and library that it uses.

    Raises:
        PackageError: it is no package, has no functions, or something can't be imported.
    """
    _need_the_target()
    with tempfile.TemporaryDirectory() as name:
        app, worker = Path(name) / "app", Path(name) / "worker"
        files = _unpack(package, app)
        _lay_out_worker(worker)
        functions = _functions(_probe(app, worker))
    return Found(functions, files, package.stat().st_size)


def _need_the_target() -> None:
    here = (platform.system(), platform.machine(), sys.version_info[:2])
    if here != ("Linux", "x86_64", PYTHON):
        raise PackageError(
            f"a package can only be tested where it can run: Linux x86-64 with Python "
            f"{PYTHON[0]}.{PYTHON[1]}; this is {here[0]} {here[1]} with {here[2][0]}.{here[2][1]}"
        )


def _unpack(package: Path, app: Path) -> int:
    try:
        with zipfile.ZipFile(package) as archive:
            archive.extractall(app)
            return len(archive.namelist())
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise PackageError(f"{package} can't be unpacked: {error}") from error


def _lay_out_worker(worker: Path) -> None:
    worker.mkdir()
    for name in _WORKER_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise PackageError(f"{name} is not installed; `make test` sets it up")
        (worker / name).symlink_to(Path(next(iter(spec.submodule_search_locations))))


def _probe(app: Path, worker: Path) -> dict[str, object]:
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-I", "-S", str(_PROBE), str(app), str(worker), str(_PROJECT)],
        env={},
        cwd=app,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise PackageError(f"the worker could not start with the package:\n{done.stderr.strip()}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def _functions(found: dict[str, object]) -> tuple[str, ...]:
    if found["failure"]:
        raise PackageError(f"the worker can't load the package: {found['failure']}")
    if isinstance(found["imports"], dict) and found["imports"]:
        raise PackageError(f"the package can't import what it uses:\n{_by_cause(found['imports'])}")
    functions = found["functions"]
    if not isinstance(functions, list) or not functions:
        raise PackageError("the worker finds no function in the package")
    return tuple(functions)


def _by_cause(failed: dict[str, str]) -> str:
    # One library that is missing makes many modules fail: a line for the cause, not for each.
    causes: dict[str, list[str]] = {}
    for name, cause in failed.items():
        causes.setdefault(cause, []).append(name)
    return "\n".join(f"  {cause} (in {', '.join(names)})" for cause, names in causes.items())
