"""The command line as such: usage, exit codes, colours, help; for every command alike."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.docs.command_tables import commands
from tests.unit.commands.command import Run, runner

COMMANDS = commands()
APP = Path(__file__).resolve().parents[3]
# What each command needs besides a settings file.
ARGUMENTS = {
    "explain": ("somebody",),
    "release": ("20261122T000000Z-abcd", "--yes"),
    "restore": ("x~00000000-0000-0000-0000-000000000001",),
    "poison explain": ("m1",),
    "poison replay": ("m1",),
    "poison discard": ("m1",),
    "leases explain": ("somebody",),
}
WITHOUT_SETTINGS = {"run", "import-butler", "farm simulate", "doctor"}
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:[349]\d)(?:;\d+)*m")  # bold and dim are none


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def launched(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as a script does, from another folder."""
    return subprocess.run(  # noqa: S603 - our own command
        [str(APP / "steward"), *arguments],
        cwd="/",
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_SETTINGS))
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["people", "scripts"])
def test_without_a_settings_file_every_command_says_so(
    run: Run, name: str, as_json: tuple[str, ...]
) -> None:
    """On stderr, with exit code 1, and stdout stays empty."""
    done = run(*name.split(), *ARGUMENTS.get(name, ()), *as_json)
    assert (done.code, done.out) == (1, "")
    assert "local.settings.json does not exist" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", [*COMMANDS, "poison", "leases", "farm", ""])
def test_every_command_and_group_has_help(run: Run, name: str) -> None:
    """On stdout, with exit code 0."""
    done = run(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert "Usage: steward" in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_what_no_command_knows_is_wrong_usage(run: Run, name: str) -> None:
    """With exit code 2 and a sentence on stderr; nothing is read before."""
    done = run(*name.split(), *ARGUMENTS.get(name, ()), "--frobnicate")
    assert (done.code, done.out) == (2, "")
    assert "--frobnicate" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing command"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("poison",), "Missing command"),
        (("explain",), "Missing argument 'USER'"),
        (("release",), "Missing argument 'PLAN_ID'"),
        (("releases", "--days", "0"), "'0' is no number from 1 to 36,500"),
        (("releases", "--days", "-1"), "'-1' is no number"),
        (("releases", "--days", "1e3"), "'1e3' is no number"),
        (("releases", "--days", "\uff19"), "is no number"),
        (("releases", "--days", "9" * 30), "is no number"),
        (("history", "gossip"), "gossip"),
        (("history", "--limit", "0"), "is no number"),
        (("plan", "--type", "token"), "token"),
        (("plan", "--action", "destroy"), "destroy"),
        (("plan", "--reason", "because"), "because"),
        (("plan", "--limit", "-5"), "is no number"),
        (("serve", "--port", "65536"), "'65536' is no number from 0 to 65,535"),
        (("explain", "a", "b"), "unexpected extra argument"),
        (("usage", "--settings"), "requires an argument"),
    ],
)
def test_wrong_usage_has_its_own_exit_code(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """2, with what is wrong on stderr in one piece."""
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"Values": {"SITE_NAME": 1}}', "\x00\xff"])
def test_a_settings_file_that_is_rubbish_is_one_clear_error(
    run: Run, tmp_path: Path, content: str
) -> None:
    """Naming the file."""
    file = tmp_path / "rubbish.json"
    file.write_text(content)
    done = run("releases", "--settings", str(file))
    assert (done.code, done.out) == (1, "")
    assert "rubbish.json" in done.err


def test_a_hostile_argument_does_nothing_to_the_terminal(run: Run) -> None:
    """Control characters are shown as unprintable."""
    done = run("releases", "--days", "\x1b[2J\x07")
    assert done.code == 2
    assert "\x1b" not in done.err
    assert "\x07" not in done.err


def test_the_launcher_works_from_anywhere_and_hands_the_exit_code_on() -> None:
    """A folder called local where it is called from is not taken for ours."""
    assert launched("--help").returncode == 0
    done = launched("releases", "--days", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no number" in done.stderr


@pytest.mark.parametrize("more", [{}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_there_is_no_colour_where_nobody_could_see_it(more: dict[str, str]) -> None:
    """Neither in a pipe nor where NO_COLOR forbids it."""
    for arguments in (("--help",), ("releases", "--settings", "/none.json")):
        done = launched(*arguments, **more)
        assert not COLOUR.search(done.stdout + done.stderr)


def test_a_reader_that_is_gone_ends_the_command_quietly(tmp_path: Path) -> None:
    """With exit code 1, and without a traceback."""
    users = tmp_path / "users.csv"
    users.write_text("user\n" + "".join(f"ACME\\user{n}\n" for n in range(5000)))
    command = f"'{APP}/steward' farm plan --users '{users}' --servers A,B,C --json | true"
    done = subprocess.run(  # noqa: S603 - our own text
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_ctrl_c_ends_a_command_with_its_own_exit_code(tmp_path: Path) -> None:
    """130, as shells expect it, and without a traceback."""
    fifo = tmp_path / "users.csv"
    os.mkfifo(fifo)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "local", "farm", "plan", "--users", str(fifo)],
        cwd=APP,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background lets its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        writer = os.open(fifo, os.O_WRONLY)  # opens when the command has begun to read
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        os.close(writer)
    assert (process.returncode, err) == (130, "")


def test_doctor_tells_of_a_missing_settings_file_as_a_check(run: Run) -> None:
    """And leaves no check out."""
    done = run("doctor", "--json")
    checks = {check["check"]: check["status"] for check in done.json()["checks"]}
    assert (done.code, done.err) == (1, "")
    assert checks.pop("settings file") == "failed"
    assert set(checks.values()) == {"skipped"}


def test_json_is_plain_ascii(run: Run, tmp_path: Path) -> None:
    """So that any terminal and any script can take it."""
    (tmp_path / "u.csv").write_text("user\nACME\\Zoë\x1b[2J\n")
    done = run("farm", "plan", "--users", "u.csv", "--servers", "A,B", "--json")
    assert done.out.isascii()
    assert json.loads(done.out)["users"][0]["user"] == "ACME\\Zoë\x1b[2J"
