"""docs/status.md tells of every key of `GET status`, and of no other."""

import re
from dataclasses import fields
from pathlib import Path

from shared.usecases.read_status import Status

DOCUMENT = Path(__file__).parents[2] / "docs" / "status.md"


def test_every_key_of_the_status_is_explained() -> None:
    """The table has a row for each key, in the order of the answer."""
    rows = re.findall(r"^\| `([a-z_]+)` \| .+ \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert rows == [field.name for field in fields(Status)]
