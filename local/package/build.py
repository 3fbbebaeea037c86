"""Builds the package: the app's files, its libraries, their byte code, in one zip."""

import compileall
import contextlib
import io
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

from local.package.errors import PackageError
from local.package.libraries import PYTHON, install

# What the Functions host loads. Everything else in the project stays at home.
APP_FILES = ("function_app.py", "host.json")
APP_FOLDERS = ("functions", "shared")
# Where the worker looks for libraries that were installed before the deployment.
LIBRARIES = Path(".python_packages/lib/site-packages")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that zip knows: the same input gives the same zip
_READABLE = 0o100644


def build(root: Path, package: Path) -> None:
    """Writes the zip `package` of the project in `root`; an older one stays until it is whole.

    Raises:
        PackageError: it can't be built; the text says why.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "app"
        lay_out(root, folder)
        package.parent.mkdir(parents=True, exist_ok=True)
        unfinished = package.with_name(f".{package.name}.unfinished")
        _write(folder, unfinished)
        unfinished.replace(package)


def lay_out(root: Path, folder: Path) -> None:
    """Fills `folder` with what the package holds: for the zip, or for a tool that zips it itself.

    Raises:
        PackageError: a file of the app is missing, or this is another Python than the worker's.
    """
    if sys.version_info[:2] != PYTHON:
        raise PackageError(f"build with Python {PYTHON[0]}.{PYTHON[1]}, as the worker in Azure has")
    missing = [name for name in (*APP_FILES, *APP_FOLDERS) if not (root / name).exists()]
    if missing:
        raise PackageError(f"{root} has no {', '.join(missing)}: is it the folder of the project?")
    if folder.exists() and any(folder.iterdir()):
        raise PackageError(f"{folder} is not empty; name a folder that is new")
    folder.mkdir(parents=True, exist_ok=True)
    for name in APP_FILES:
        shutil.copyfile(root / name, folder / name)
    for name in APP_FOLDERS:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    install(root, folder / LIBRARIES)
    _compile(folder)


def _compile(folder: Path) -> None:
    # The worker's folder is read-only: without byte code each cold start would compile everything.
    # Unchecked, because a zip rounds times, and a file in the package never changes.
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        fine = compileall.compile_dir(
            folder,
            quiet=1,
            stripdir=folder,  # else each traceback would show a path of the build machine
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    if not fine:
        raise PackageError(f"not all of the package compiles:\n{output.getvalue().strip()}")


def _write(folder: Path, package: Path) -> None:
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = _READABLE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
