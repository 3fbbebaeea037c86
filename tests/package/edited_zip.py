"""Packages with something wrong in them."""

import zipfile
from collections.abc import Callable
from pathlib import Path


def edited(package: Path, to: Path, edit: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of `package`; `edit` gives each file's new content, or None to leave it out."""
    with zipfile.ZipFile(package) as before, zipfile.ZipFile(to, "w") as after:
        for entry in before.infolist():
            content = edit(entry.filename, before.read(entry))
            if content is not None:
                after.writestr(entry, content)
    return to


def without(package: Path, to: Path, part: str) -> Path:
    """A copy without the files that have `part` in their path."""
    return edited(package, to, lambda name, content: None if part in name else content)
