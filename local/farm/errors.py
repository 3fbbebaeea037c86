"""What can be wrong with a farm's files and options."""

from pathlib import Path

from shared.domain.errors import StewardError


class FarmError(StewardError):
    """A file, a server list or a plan that can't be used; the text says what to do."""


def line_error(path: Path, line: int, text: str) -> FarmError:
    """An error at a line of a file."""
    return FarmError(f"{path}, line {line}: {text}")
