"""The workbook is JSON that names the workspace by the text that the template replaces."""

import json
from pathlib import Path

from tests.infra.bicep import FOLDER, code

WORKBOOK = Path("infra/workbook/workbook.json")
PLACEHOLDER = "__WORKSPACE_RESOURCE_ID__"
MOST_CHARACTERS = 131_072  # what loadTextContent takes


def test_the_workbook_can_be_embedded() -> None:
    """It is JSON, not too long, and knows its workspace by the placeholder."""
    text = WORKBOOK.read_text()
    assert json.loads(text)["version"] == "Notebook/1.0"
    assert PLACEHOLDER in json.loads(text)["fallbackResourceIds"]
    assert len(text) <= MOST_CHARACTERS


def test_the_template_replaces_the_placeholder() -> None:
    """Else the workbook would show nothing."""
    text = code(FOLDER / "modules" / "workbook.bicep")
    assert f"loadTextContent('../../workbook/workbook.json'), '{PLACEHOLDER}', workspace.id" in text
