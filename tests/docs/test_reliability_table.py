"""docs/reliability.md names tests: each of them exists, and each row of the table names one."""

import ast
import re
from pathlib import Path

PAGE = Path("docs/reliability.md")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\|(?! fault \|)(?!-)(.+)\|(.+)\|(.+)\|$", re.MULTILINE)


def names_of_tests(path: Path) -> set[str]:
    """The names of the tests in a file, read and not run."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, functions) and node.name.startswith("test_")
    }


def test_every_test_that_the_table_names_exists() -> None:
    """A test that was renamed or removed takes its row with it, or the page is wrong."""
    named = set(NAMED.findall(PAGE.read_text()))
    assert len(named) > 30
    missing = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if not Path(path).exists() or name not in names_of_tests(Path(path))
    ]
    assert missing == []


def test_every_row_names_a_test() -> None:
    """A fault without a test is a promise; promises stand in the text above the table."""
    rows = ROW.findall(PAGE.read_text())
    assert len(rows) > 30
    assert [row[0].strip() for row in rows if not NAMED.search(row[2])] == []
