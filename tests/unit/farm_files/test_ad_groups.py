"""The PowerShell script: its grammar, its data, and names that try to break out of it.

It was never run here, as there is no Windows; what is tested is what it says.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

import local.farm.ad_groups
from local.farm.ad_groups import account_filter, ad_groups_script, marker
from shared.domain.farm.model import Binding, FarmPlan, FarmServer
from tests.unit.farm_files.plans import HOSTILE, NOW, bound, plan, plans
from tests.unit.farm_files.powershell import pairs, syntax_errors, users, value_of

FOLDER = Path(local.farm.ad_groups.__file__).parent


def script(written: FarmPlan, made_at: datetime = NOW) -> str:
    """The script of a plan, with plain line ends."""
    content = ad_groups_script(written, made_at, "QV-")
    assert content.startswith(b"\xef\xbb\xbf")  # PowerShell 5.1 takes it for ANSI else
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n") == text.count("\r")
    return text.replace("\r\n", "\n")


def test_the_template_and_a_script_are_powershell() -> None:
    """By the grammar."""
    assert syntax_errors((FOLDER / "ad_groups.ps1").read_text("utf-8")) == []
    assert syntax_errors(script(plan(bound("ACME\\anna"), bound("ACME\\ben", CTX01=1)))) == []


def test_users_are_in_the_group_of_their_two_servers() -> None:
    """By sAMAccountName, with the domain apart."""
    found = users(script(plan(bound("ACME\\anna"), bound("ben", "CTX02"))))
    assert found[0] == {
        "User": "ACME\\anna",
        "Domain": "ACME",
        "Filter": "(sAMAccountName=anna)",
        "Group": "QV-CTX01-CTX02",
        "First": "",
        "Until": "",
    }
    assert (found[1]["Domain"], found[1]["Group"]) == ("", "QV-CTX02")


def test_a_user_whose_second_server_is_not_ready_begins_in_the_group_of_the_first() -> None:
    """Whichever of them that is, until the later one is ready."""
    found = users(
        script(plan(bound("a", CTX01=2), bound("b", CTX02=3), bound("c", CTX01=9, CTX02=5)))
    )
    assert [(x["First"], x["Until"], x["Group"]) for x in found] == [
        ("QV-CTX02", "2026-03-02T14:00:00Z", "QV-CTX01-CTX02"),
        ("QV-CTX01", "2026-03-02T15:00:00Z", "QV-CTX01-CTX02"),
        ("QV-CTX02", "2026-03-02T21:00:00Z", "QV-CTX01-CTX02"),
    ]


def test_the_script_knows_when_the_last_user_is_ready() -> None:
    """Rounded up to the second; nothing when all are."""
    late = Binding("a", ("CTX01", "CTX02"), {"CTX02": NOW + timedelta(microseconds=1)})
    assert value_of(script(plan(late)), "LastReadyAt") == "2026-03-02T12:00:01Z"
    assert value_of(script(plan(bound("a"))), "LastReadyAt") == ""
    assert value_of(script(plan(bound("a"))), "MadeAt") == "2026-03-02T12:00:00Z"
    assert value_of(script(plan(bound("a"))), "Marker") == marker("QV-")


def test_times_are_utc_whatever_zone_they_come_in() -> None:
    """The script compares them as texts."""
    at = datetime.fromisoformat("2026-03-02T13:00:00+01:00")
    assert value_of(script(plan(bound("a")), at), "MadeAt") == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_text(name: str) -> None:
    """As a user and as a server: the grammar holds, and no other entry appears."""
    servers = (FarmServer(name), FarmServer("CTX02"))
    written = script(plan(bound(name, name, "CTX02"), servers=servers))
    assert syntax_errors(written) == []
    (entry,) = users(written)
    assert entry["User"] == "".join(x if x.isprintable() else "\ufffd" for x in name)
    assert written.count("\n") == script(plan(bound("a"))).count("\n")


@given(plans())
def test_no_plan_breaks_out_of_its_quotes(written: FarmPlan) -> None:
    """Read by PowerShell's rule for quotes, each user has one entry of six texts."""
    text = script(written)
    found = users(text)
    assert len(found) == len(written.bindings)
    assert {tuple(entry) for entry in found} == {
        ("User", "Domain", "Filter", "Group", "First", "Until")
    }
    first = text.index("$ServersOf = @{\n") + len("$ServersOf = @{\n")
    for line in text[first : text.index("\n}\n", first)].split("\n"):
        group = re.match(r"    '(QV-[A-Za-z0-9_-]{1,61})' = ", line)
        assert group
        assert set(pairs(f"it = {line[group.end() :]}")) == {"it"}
    groups = {entry["Group"] for entry in found} | {x["First"] for x in found if x["First"]}
    assert all(f"    '{group}' = " in text for group in groups)


def test_everything_outside_the_data_is_the_template() -> None:
    """A plan changes the region of the plan and nothing else."""
    pattern = re.compile(r"(?<=\n#region plan\n).*?(?=\n#endregion\n)", re.DOTALL)
    template = (FOLDER / "ad_groups.ps1").read_text("utf-8")
    written = script(plan(*(bound(name) for name in HOSTILE)))
    assert pattern.sub("", written, count=1) == pattern.sub("", template, count=1)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("ACME\\anna", "(sAMAccountName=anna)"),
        ("anna", "(sAMAccountName=anna)"),
        ("anna@acme.example", "(userPrincipalName=anna@acme.example)"),
        ("ACME\\a@b", "(sAMAccountName=a@b)"),
        ("ACME\\*)(objectClass=*", r"(sAMAccountName=\2a\29\28objectClass=\2a)"),
        ("ACME\\a\x00\n", r"(sAMAccountName=a\00)"),
        ("ACME\\Jürgen", "(sAMAccountName=Jürgen)"),
        ("ACME\\a\u202eb", r"(sAMAccountName=a\e2\80\aeb)"),
    ],
)
def test_an_account_is_one_value_of_an_ldap_filter(user: str, expected: str) -> None:
    """Escaped as RFC 4515 says."""
    assert account_filter(user) == expected


def test_it_changes_nothing_without_apply_and_only_its_own_groups() -> None:
    """Every command that writes stands behind the question whether it should."""
    text = (FOLDER / "ad_groups.ps1").read_text("utf-8")
    writing = re.findall(r"\b(?:New|Set|Add|Remove|Move|Rename|Clear)-AD\w+", text)
    assert sorted(writing) == ["Add-ADGroupMember", "New-ADGroup", "Remove-ADGroupMember"]
    edit = text[text.index("function Edit-Member") : text.index("if (-not $Server)")]
    assert edit.index("Test-ShouldChange") < edit.index("Remove-ADGroupMember")
    assert edit.index("Test-ShouldChange") < edit.index("Add-ADGroupMember")
    create = text.index("elseif (Test-ShouldChange $Name")
    assert create < text.index("New-ADGroup @Group")
    assert text.index("Description -cne $Marker") < create
    assert "return $false" in text[text.index("Write-Host ('Would") : text.index("function Edit")]


def test_it_asks_no_server_that_a_name_in_the_plan_could_choose() -> None:
    """A domain in a user's name is only looked up among those that the operator gave."""
    text = (FOLDER / "ad_groups.ps1").read_text("utf-8")
    assert set(re.findall(r"-Server \$(\w+)", text)) == {"Server", "LookIn"}
    assert re.findall(r"\$LookIn = (.*)", text) == ["$Server", "$OtherDomains[$Entry.Domain]"]
