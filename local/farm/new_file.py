"""Writes files whole or not at all, and never over others unless asked to."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.farm.errors import FarmError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be made.

    Attributes:
        path: of the file.
        force: it may replace one that is there.
        private: only its owner may read it; else who may is as usual.
    """

    path: Path
    force: bool = False
    private: bool = False

    def check(self) -> None:
        """Fail before any work is done for it.

        Raises:
            FarmError: it may not or can't be written.
        """
        try:
            is_folder, is_there = self.path.is_dir(), os.path.lexists(self.path)
            has_place = self.path.parent.is_dir()
        except OSError as error:
            raise self._failed(error) from error
        if is_folder:
            raise FarmError(f"{self.path} is a folder: name a file")
        if not has_place:
            raise FarmError(f"the folder {self.path.parent} does not exist: make it first")
        if is_there and not self.force:
            raise self._taken()

    def write(self, content: bytes) -> None:
        """Write it: whoever looks sees all of it or what was there before.

        Raises:
            FarmError: it can't be written, or somebody else made it meanwhile.
        """
        self.check()
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        except OSError as error:
            raise self._failed(error) from error
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._put(part)
        except OSError as error:
            raise self._failed(error) from error
        finally:
            part.unlink(missing_ok=True)

    def _put(self, part: Path) -> None:
        if not self.private:  # mkstemp's are for the owner alone
            umask = os.umask(0)
            os.umask(umask)
            part.chmod(0o666 & ~umask)
        if not self.force:
            try:
                self.path.hardlink_to(part)  # the only way that fails when the file is there
            except FileExistsError:
                raise self._taken() from None
            except OSError:  # a file system without hard links
                self.check()
            else:
                return
        part.replace(self.path)

    def _taken(self) -> FarmError:
        return FarmError(f"{self.path} is there already: name another file, or add --force")

    def _failed(self, error: OSError) -> FarmError:
        return FarmError(f"{self.path} cannot be written: {error.strerror or error}")
