"""The farm's commands without any settings: files in, files out, exit codes."""

import re
from pathlib import Path

import pytest

from local.__main__ import main
from local.farm.plan_csv import read_plan
from tests.unit.commands.command import Done, Run
from tests.unit.farm_files.powershell import syntax_errors, users


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        try:
            code = main(["farm", *arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def many(tmp_path: Path) -> str:
    """A file with 60 users."""
    file = tmp_path / "users.csv"
    file.write_text("\n".join(["user", *(f"ACME\\user{number}" for number in range(60))]))
    return str(file)


def plan(run: Run, many: str, *more: str) -> Done:
    """Plan these users on three servers."""
    return run("plan", "--users", many, "--servers", "CTX01,CTX02,CTX03=2", *more)


def test_a_plan_needs_neither_settings_nor_a_ledger(run: Run, many: str) -> None:
    """With users and servers given; it says what that leaves open."""
    done = plan(run, many)
    assert (done.code, done.err) == (0, "")
    assert "60 users on 3 servers, 2 for each user" in done.out
    assert "| CTX03  |      2 |       60 |       60.0 |   60 |" in done.out
    assert "Leases are not known" in done.out
    assert "Must wait, no server of theirs lets them in yet: nobody" in done.out
    assert "Write the plan by --out FILE" in done.out


def test_the_plan_and_the_script_are_written(run: Run, many: str, tmp_path: Path) -> None:
    """Both say the same."""
    done = plan(run, many, "--out", "plan.csv", "--powershell", "groups.ps1", "--json")
    assert done.code == 0
    written, script = (
        read_plan(tmp_path / "plan.csv"),
        (tmp_path / "groups.ps1").read_text("utf-8-sig"),
    )
    assert syntax_errors(script) == []
    told = done.json()
    assert told["files"] == ["plan.csv", "groups.ps1"]
    servers = {user["user"]: tuple(user["servers"]) for user in told["users"]}
    assert servers == {binding.user: binding.servers for binding in written.bindings}
    groups = {entry["User"]: entry["Group"] for entry in users(script)}
    assert groups == {user: f"QV-{'-'.join(pair)}" for user, pair in servers.items()}
    assert [(x["name"], x["weight"]) for x in told["servers"]] == [
        ("CTX01", 1.0),
        ("CTX02", 1.0),
        ("CTX03", 2.0),
    ]


def test_files_that_are_there_stay(run: Run, many: str, tmp_path: Path) -> None:
    """Neither is written when one is there; --force replaces both."""
    (tmp_path / "groups.ps1").write_text("mine")
    files = ("--out", "plan.csv", "--powershell", "groups.ps1")
    done = plan(run, many, *files)
    assert done.code == 1
    assert "groups.ps1 is there already" in done.err
    assert (tmp_path / "groups.ps1").read_text() == "mine"
    assert not (tmp_path / "plan.csv").exists()
    assert plan(run, many, *files, "--force").code == 0
    assert "#region plan" in (tmp_path / "groups.ps1").read_text("utf-8-sig")


def test_a_plan_in_force_is_kept_to(run: Run, many: str) -> None:
    """The same farm changes nobody; a server more takes as few as it must; weights stay."""
    assert plan(run, many, "--out", "plan.csv").code == 0
    same = run("plan", "--users", many, "--in-force", "plan.csv", "--json").json()
    assert same["rebindings"] == []
    assert [server["weight"] for server in same["servers"]] == [1, 1, 2]
    more = run(
        *("plan", "--users", many, "--in-force", "plan.csv", "--servers", "CTX01,CTX02,CTX03,CTX04")
    )
    assert (
        "Against the plan in force: 24 re-bindings, any plan as even needs 24 at least" in more.out
    )
    assert "-> CTX04" in more.out
    assert "and 4 more (--json tells all)" in more.out


def test_hostile_users_are_shown_and_written_as_texts(run: Run, tmp_path: Path) -> None:
    """No control character gets to the terminal."""
    (tmp_path / "u.csv").write_text('user\n"ACME\\\'; Stop-Computer; \'"\n=cmd\n"a\x1b[2Jb"\n')
    done = run(
        *("plan", "--users", "u.csv", "--servers", "A,B", "--out", "p.csv", "--powershell", "g.ps1")
    )
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "\n'=cmd,A,B" in (tmp_path / "p.csv").read_text("utf-8-sig")
    again = run("plan", "--users", "u.csv", "--in-force", "p.csv", "--json").json()
    assert [user["user"] for user in again["users"]] == [
        "=cmd",
        "a\x1b[2Jb",
        "ACME\\'; Stop-Computer; '",
    ]
    assert again["rebindings"] == again["new_users"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 1, "local.settings.json does not exist: .* giving both --users and --servers"),
        (("--users", "none.csv", "--servers", "A"), 1, "none.csv does not exist"),
        (("--users", "bad.csv", "--servers", "A"), 1, "bad.csv, line 3: the user is missing"),
        (("--users", "users.csv", "--servers", "A,a"), 1, "the server a is named twice"),
        (("--users", "users.csv", "--servers", "A=0"), 1, "the weight of server A is 0.0"),
        (("--users", "users.csv", "--servers", "A="), 2, "the weight '' is no number"),
        (("--users", "users.csv", "--servers", "A", "--group-prefix", "*"), 2, "a prefix has up"),
        (("--users", "users.csv", "--in-force", "users.csv"), 1, "the header lacks server_1"),
        (
            ("--users", "users.csv", "--servers", "A", "--out", "x", "--powershell", "./x"),
            1,
            "name the same file",
        ),
        (("--users", "users.csv", "--servers", "A", "--out", "no/x"), 1, "make it first"),
        (
            ("--users", "users.csv", "--servers", "A", "--settings", "no.json"),
            1,
            "no.json does not",
        ),
    ],
)
def test_what_cannot_be_planned_ends_with_a_reason(
    run: Run, many: str, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """1 for what is refused, 2 for wrong usage."""
    (tmp_path / "bad.csv").write_text("user,x\na,\n,b\n")
    done = run("plan", *arguments)
    assert (done.code, done.out) == (code, "")
    assert _found(said, done.err), done.err


def test_the_placements_stand_side_by_side(run: Run) -> None:
    """On made-up days: nobody is refused under affinity, and the load is even."""
    done = run("simulate", "--users-count", "60", "--servers", "3", "--days", "10", "--json")
    assert (done.code, done.err) == (0, "")
    told = done.json()
    assert (told["users"], len(told["servers"])) == (60, 3)
    rows = {row["placement"]: row for row in told["placements"]}
    assert len(rows) == 6
    assert rows["two-server affinity"]["refused"] == {
        "period": {"starts": 0, "users": 0},
        "block": {"starts": 0, "users": 0},
    }
    assert rows["two-server affinity"]["load"]["hours_ratio"] < 1.1
    assert rows["free load balancing"]["refused"]["block"]["starts"] > 0


def test_the_same_seed_gives_the_same_table_and_another_another(run: Run) -> None:
    """As people read it."""
    small = ("simulate", "--users-count", "20", "--days", "5")
    first = run(*small)
    assert first.out == run(*small).out != run(*small, "--seed", "1").out
    assert "20 users on 6 servers, 30" in first.out
    assert first.out.count("\n| ") == 8


def test_a_given_plan_is_tried_on_given_sessions(run: Run, tmp_path: Path) -> None:
    """On its servers, without the waits that leases of today cause."""
    (tmp_path / "plan.csv").write_text(
        "user,server_1,server_2,server_1_ready_at,weight\n,A,,,1\n,B,,,1\n,C,,,1\n"
        "a,A,B,2030-01-01,\nb,A,B,,\n"
    )
    (tmp_path / "s.csv").write_text(
        "user,logon,logoff\na,2026-03-02 08:00,2026-03-02 09:00\n"
        "B,2026-03-02 08:30,2026-03-02 09:30\n"
    )
    told = run("simulate", "--plan", "plan.csv", "--sessions", "s.csv", "--json").json()
    assert (told["users"], told["sessions"], len(told["servers"])) == (2, 2, 3)
    affinity = told["placements"][-1]["load"]["session_hours"]
    assert affinity == {"A": 1.0, "B": 1.0, "C": 0.0}
    assert run("simulate", "--plan", "plan.csv", "--days", "3", "--json").json()["users"] == 2


def test_a_plan_that_lacks_a_user_of_the_sessions_is_told(run: Run, tmp_path: Path) -> None:
    """Rather than leaving the user out."""
    (tmp_path / "plan.csv").write_text("user,server_1\na,A\n")
    (tmp_path / "s.csv").write_text("user,logon,logoff\nb,2026-03-02 08:00,2026-03-02 09:00\n")
    done = run("simulate", "--plan", "plan.csv", "--sessions", "s.csv")
    assert (done.code, done.out) == (1, "")
    assert "no server is planned for b" in done.err


def test_the_page_shows_what_was_simulated(run: Run, tmp_path: Path) -> None:
    """And is not written over another."""
    arguments = ("simulate", "--users-count", "10", "--days", "3", "--html", "farm.html")
    assert run(*arguments).code == 0
    page = (tmp_path / "farm.html").read_text()
    assert "10 users on 6 servers" in page
    assert "two-server affinity" in page
    again = run(*arguments)
    assert (again.code, again.out) == (1, "")
    assert "farm.html is there already" in again.err
    assert run(*arguments, "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--servers", "0"), 2, "no number of servers"),
        (("--users-count", "0"), 2, "no number from 1"),
        (("--days", "x"), 2, "no number from 1"),
        (("--plan", "p.csv", "--servers", "3"), 2, "give --plan or --servers"),
        (("--plan", "p.csv", "--users-count", "3"), 2, "leave it out"),
        (("--sessions", "none.csv"), 1, "none.csv does not exist"),
        (("--settings", "none.json"), 1, "none.json does not exist"),
        (("--servers", "A,a"), 1, "the server a is named twice"),
    ],
)
def test_what_cannot_be_simulated_ends_with_a_reason(
    run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """1 for what is refused, 2 for wrong usage."""
    done = run("simulate", *arguments)
    assert (done.code, done.out) == (code, "")
    assert _found(said, done.err), done.err


def _found(said: str, text: str) -> bool:

    return re.search(said, " ".join(text.split())) is not None
