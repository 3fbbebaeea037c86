"""Microsoft's own parser of KQL, on Node.js, with the tables of a Log Analytics workspace.

The tables are those of Microsoft's "Azure Monitor Logs reference". `python -m tests.infra.kusto`
installs the parser, which is a package on npm; the tests do so themselves when it is missing.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.npm_tool import NODE, NpmTool

_FOLDER = Path(__file__).resolve().parent
TOOL = NpmTool("kusto", _FOLDER / "kusto_npm")
TABLES: Mapping[str, Mapping[str, str]] = json.loads(
    (_FOLDER / "workspace_tables.json").read_text()
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the parser says of a query: problems in words, and its result's columns by type."""

    problems: tuple[str, ...]
    columns: Mapping[str, str]


def parse(queries: Mapping[str, str]) -> dict[str, Parsed]:
    """Parse queries, checking each name and type against the tables.

    Raises:
        NpmError: the parser could not be installed.
        CalledProcessError: it failed.
    """
    done = subprocess.run(  # noqa: S603 - our own script on our own node
        [str(NODE), str(TOOL.source / "check.cjs")],
        cwd=TOOL.install(),
        input=json.dumps({"tables": TABLES, "queries": queries}),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout)
    return {
        name: Parsed(tuple(found["problems"]), found["columns"]) for name, found in answers.items()
    }


if __name__ == "__main__":
    TOOL.install()
