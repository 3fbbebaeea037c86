"""The tutorial works as it is written: its commands run, and print what the page shows."""

import re
from pathlib import Path

import pytest

from tests.e2e.tutorial_reader import TutorialReader

PAGE = Path("docs/tutorial.md")
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`(\.run/[\w./]+)`")


@pytest.mark.timeout(400)
def test_who_follows_the_tutorial_gets_what_it_promises(tmp_path: Path) -> None:
    """From nothing to a dry plan, five releases and an undo, command by command."""
    text = PAGE.read_text()
    blocks = BLOCK.findall(text)
    assert len(blocks) == text.count("```") / 2
    with TutorialReader(tmp_path) as reader:
        for kind, title, block in blocks:
            reader.do(kind, title, block)
        files = FILE.findall(text)
        assert {".run/demo/report.html", ".run/tutorial/settings.json"} <= set(files)
        assert [file for file in files if not reader.wrote(file)] == []
