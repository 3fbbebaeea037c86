"""Brief file names for key material: OpenSSL takes keys through Python by file name only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWN_FILES = Path("/proc/self/fd")


def can_stay_in_memory() -> bool:
    """Whether this system has files that exist in memory only (Linux)."""
    return hasattr(os, "memfd_create") and _OWN_FILES.is_dir()


@contextmanager
def memory_file(content: bytes) -> Iterator[Path]:
    """A name, good for this process only, of a file that never touches a disk."""
    handle = os.memfd_create("qrs-client-certificate", os.MFD_CLOEXEC)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        yield _OWN_FILES / str(handle)


@contextmanager
def brief_file(content: bytes) -> Iterator[Path]:
    """A file that only this account can read (0600, from `mkstemp`), gone right after its use."""
    handle, name = tempfile.mkstemp(prefix="qrs-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        yield path
    finally:
        path.unlink()
