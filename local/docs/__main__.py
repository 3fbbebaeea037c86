"""Rewrites the tables in docs/ that are made from the code, in place; the text around them stays.

Exit codes: 0 all as it should be, 1 a table could not be made, or `--check` found an old one.
"""

import argparse
import sys
from pathlib import Path

from local.docs.pages import PAGES
from local.docs.tables import DocsError

_DOCS = Path(__file__).resolve().parents[2] / "docs"


def main(arguments: list[str] | None = None, docs: Path = _DOCS) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, tell what is old")
    options = parser.parse_args(arguments)
    try:
        old = [path for name, path in _paths(docs) if PAGES[name](_read(path)) != _read(path)]
        if not options.check:
            for path in old:
                path.write_text(PAGES[path.name](_read(path)), encoding="utf-8")
    except DocsError as error:
        print(f"Failed: {error}", file=sys.stderr)  # noqa: T201
        return 1
    for path in old:
        print(f"{path.name}: {'is old, run `make docs`' if options.check else 'written anew'}")  # noqa: T201
    return int(options.check and bool(old))


def _paths(docs: Path) -> list[tuple[str, Path]]:
    return [(name, docs / name) for name in PAGES]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
