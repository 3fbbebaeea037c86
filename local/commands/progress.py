"""Shows on a terminal that a command is at work; elsewhere it prints nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def working(what: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Say on stderr what is being done; call what it gives to say what comes next.

    Nothing is said when `quiet`, as with --json.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status(f"{what} ...") as status:
        yield lambda text: status.update(f"{text} ...")
