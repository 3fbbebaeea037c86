"""Somebody who follows the tutorial to the letter, in a folder of their own."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).parents[2]
MADE_BY_THE_READER = {".run", ".git"}
RELEASE = re.compile(r"analyzer\s+released\n\s+(\S+~\S+)")
PORT = re.compile(r"https://127\.0\.0\.1:(\d+)/")
# What differs from run to run: ids, numbers, accounts, and how a table is laid out.
CHANGING = [
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b"), "ID"),
    (re.compile(r"[A-Z]+\\\S+?(?=:?(?:\s|$))"), "ACCOUNT"),
    (re.compile(r"\d[\d,]*"), "N"),
    (re.compile(r"\s+"), " "),
]


def masked(line: str) -> str:
    """A line with everything replaced that changes from run to run."""
    for changing, mark in CHANGING:
        line = changing.sub(mark, line)
    return line.strip()


class TutorialReader:
    """Runs what the page says, one block after the other, and compares what it shows.

    Two things are not to the letter: the demo site takes a free port instead of 4242, and the
    environment is used as it is instead of being set up.
    """

    def __init__(self, folder: Path) -> None:
        """Start in a copy of the repository, as links to its files."""
        self._folder = folder
        self._printed = ""
        self._release_id = ""
        self._site: subprocess.Popen[str] | None = None
        self._port = ""
        self._settings = folder
        for entry in REPOSITORY.iterdir():
            if entry.name not in MADE_BY_THE_READER:
                (folder / entry.name).symlink_to(entry)

    def __enter__(self) -> Self:
        """The reader is at the first block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the demo site."""
        if self._site:
            self._site.terminate()
            self._site.communicate(timeout=30)

    def do(self, kind: str, title: str, text: str) -> None:
        """Do what a block asks for: run it, write it into a file, or look for it in the output."""
        if kind == "sh" and "local.demo_site" in text:
            self._start_site(text)
        elif kind == "sh":
            self._run(text)
        elif kind == "json":
            self._write(title, text)
        else:
            assert kind == "text", f"nobody knows what to do with a block of {kind}"
            self._compare(text)

    def _start_site(self, command: str) -> None:
        self._site = subprocess.Popen(  # noqa: S603 - the command of our own page
            ["/bin/sh", "-c", f"exec {command.strip()} --port 0"],
            cwd=self._folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._site.stdout
        self._printed = self._site.stdout.readline() + self._site.stdout.readline()
        found = PORT.search(self._printed)
        assert found, self._printed
        self._port = found[1]

    def _run(self, command: str) -> None:
        assert "RELEASE_ID" not in command or self._release_id, "the page showed no release yet"
        done = subprocess.run(  # noqa: S603 - the command of our own page
            ["/bin/sh", "-c", self._typed(command)],
            cwd=self._folder,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}{done.stdout}{done.stderr}"
        self._printed = done.stdout
        if found := RELEASE.search(done.stdout):
            self._release_id = found[1]

    def _typed(self, command: str) -> str:
        return command.replace("RELEASE_ID", self._release_id).replace(
            "make run", "make -o .venv/local run"
        )

    def _write(self, title: str, text: str) -> None:
        if title == "add to Values":
            settings = json.loads(self._settings.read_text())
            settings["Values"] |= json.loads(text)
        else:
            self._settings = self._folder / title
            settings = json.loads(text)
            settings["Values"]["QLIK_SENSE__PORT"] = self._port
        self._settings.write_text(json.dumps(settings))

    def _compare(self, shown: str) -> None:
        printed = iter([masked(line) for line in self._printed.splitlines()])
        for line in shown.splitlines():
            assert masked(line) in printed, f"{line!r} is not in\n{self._printed}"

    def wrote(self, path: str) -> bool:
        """Whether there is such a file now."""
        return (self._folder / path).is_file()


def _environment() -> dict[str, str]:
    """As in a terminal of its own: not as a part of the make that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return {**kept, "COLUMNS": "200"}
