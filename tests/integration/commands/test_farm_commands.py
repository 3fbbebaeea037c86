"""`farm plan` on leases that were collected from a demo QMS."""

import re
from pathlib import Path

from local.farm.plan_csv import read_plan
from tests.integration.commands.conftest import FARM, CollectedSite, farm_at_work, world_of
from tests.unit.farm_files.powershell import users

BALANCED = ("--server", "QVS@qvs01")


def test_holders_of_leases_are_planned_on_the_farm_of_the_settings(
    collected: CollectedSite, tmp_path: Path
) -> None:
    """All of them, evenly, on machines they hold leases on where that is possible."""
    site = collected(farm_at_work(120))
    out = tmp_path / "plan.csv"
    done = site("farm", "plan", *BALANCED, "--out", str(out), "--json")
    assert (done.code, done.err) == (0, "")
    told = done.json()
    assert [server["name"] for server in told["servers"]] == FARM
    assert all(server["bindings"] <= server["room"] for server in told["servers"])
    leases = site.world.cal_list("QVS@qvs01").leases
    assert {x["user"].casefold() for x in told["users"]} == {x.user.casefold() for x in leases}
    on_farm = {(x.user.casefold(), x.machine) for x in leases if x.machine in FARM}
    planned = {(x["user"].casefold(), name) for x in told["users"] for name in x["servers"]}
    assert len(on_farm & planned) > 0.7 * len(on_farm)
    assert [x.user for x in read_plan(out).bindings] == [x["user"] for x in told["users"]]
    again = site("farm", "plan", *BALANCED, "--in-force", str(out), "--json").json()
    assert again["rebindings"] == again["left_out"] == again["new_users"] == []


def test_who_must_wait_is_told_under_both_readings(
    collected: CollectedSite, tmp_path: Path
) -> None:
    """And who begins on one server; the script puts that user into its group until then."""
    site = collected(
        world_of(
            ("ACME\\gone", "OLD1", 30),
            ("ACME\\gone", "OLD2", 10),
            ("ACME\\half", "CTX01", 2),
            ("ACME\\half", "OLD1", 3),
        )
    )
    script = tmp_path / "groups.ps1"
    done = site("farm", "plan", "--powershell", str(script))
    assert (done.code, done.err) == (0, "")
    assert "Must wait, no server of theirs lets them in yet: 1" in done.out
    assert re.search(r"ACME.gone: 20[0-9: -]+ UTC \(period\), now \(block\)", done.out)
    assert "ACME\\half: CTX01 now, CTX0" in done.out
    assert "Run it every day until 20" in done.out
    entries = {
        entry["User"]: entry for entry in users(script.read_text("utf-8-sig").replace("\r", ""))
    }
    assert entries["ACME\\half"]["First"] == "QV-CTX01"
    assert entries["ACME\\half"]["Until"]


def test_users_of_a_file_are_planned_with_the_leases_that_they_hold(
    collected: CollectedSite, tmp_path: Path
) -> None:
    """Where the settings are given; other holders are left out."""
    site = collected(world_of(("ACME\\anna", "CTX03", 5), ("ACME\\ben", "CTX04", 5)))
    file = tmp_path / "users.csv"
    file.write_text("user\nacme\\ANNA\nACME\\new\n")
    told = site("farm", "plan", "--users", str(file), "--json").json()
    servers = {user["user"]: user["servers"] for user in told["users"]}
    assert set(servers) == {"acme\\ANNA", "ACME\\new"}
    assert "CTX03" in servers["acme\\ANNA"]
    assert told["leases_read_at"]


def test_several_qlikview_servers_ask_for_one(collected: CollectedSite) -> None:
    """They are named."""
    done = collected(farm_at_work())("farm", "plan")
    assert (done.code, done.out) == (1, "")
    assert "by --server: QVS@qvs01, QVS@qvs02, QVS@qvs03" in done.err


def test_without_a_collection_users_of_a_file_are_planned_all_the_same(
    collected: CollectedSite, tmp_path: Path
) -> None:
    """By the rules and the farm of the settings; without a file, there is nobody to plan."""
    site = collected(None, {"LEASES__MACHINES_PER_USER": "1"})
    done = site("farm", "plan")
    assert (done.code, done.out) == (1, "")
    assert "No leases were collected yet" in done.err
    file = tmp_path / "users.csv"
    file.write_text("user\nACME\\anna\n")
    done = site("farm", "plan", "--users", str(file))
    assert "1 users on 4 servers, 1 for each user" in done.out
    assert "Leases are not known" in done.out


def test_the_simulation_takes_its_rules_from_the_settings(collected: CollectedSite) -> None:
    """With three machines per user, fewer are refused."""
    site = collected(None, {"LEASES__MACHINES_PER_USER": "3"})
    small = ("farm", "simulate", "--users-count", "20", "--days", "5", "--json")
    rows = site(*small).json()["placements"]
    assert rows[0]["refused"]["period"]["starts"] > 0
    fewer = rows[0]["refused"]["period"]["starts"]
    usual = collected(None)(*small).json()["placements"][0]["refused"]["period"]["starts"]
    assert fewer < usual
