"""`leases list` and `leases explain` on leases that were collected from a demo QMS."""

from tests.integration.commands.conftest import CollectedSite, farm_at_work, world_of


def test_every_lease_that_the_servers_told_is_listed(collected: CollectedSite) -> None:
    """With its machine, and who is at the limit."""
    site = collected(farm_at_work())
    listed = site("leases", "list", "--json").json()
    told = {
        (lease.user.casefold(), lease.machine)
        for server in site.world.servers()
        for lease in site.world.cal_list(server.name).leases
    }
    found = {
        (user["user"].casefold(), lease["machine_id"])
        for user in listed["users"]
        for lease in user["leases"]
    }
    assert found == told
    assert len(told) > 60
    full = site("leases", "list", "--at-limit", "--json").json()["users"]
    assert full == [user for user in listed["users"] if user["slots_free"] == 0]
    assert full


def test_the_list_can_be_read_by_people(collected: CollectedSite) -> None:
    """Machine by machine."""
    site = collected(world_of(("ACME\\anna", "CTX01", 5), ("ACME\\ben", "CTX02", 5)))
    done = site("leases", "list", "--machine", "CTX02")
    assert (done.code, done.err) == (0, "")
    assert "ACME\\ben" in done.out
    assert "ACME\\anna" not in done.out
    assert "2 leases of 2 users" in done.out


def test_a_third_machine_is_explained(collected: CollectedSite) -> None:
    """Refused if slots free after the period, granted if after the block hours."""
    site = collected(world_of(("ACME\\anna", "CTX01", 30), ("ACME\\anna", "CTX02", 40)))
    told = site("leases", "explain", "anna", "--machine", "CTX03", "--json").json()
    (server,) = told["servers"]
    assert server["start"]["period"]["verdict"] == "refused"
    assert server["start"]["block"]["verdict"] == "granted"
    assert "refused" in site("leases", "explain", "ACME\\anna", "--machine", "CTX03").out


def test_a_user_whom_nobody_knows_is_told(collected: CollectedSite) -> None:
    """As a failure, with what to do."""
    site = collected(world_of(("ACME\\anna", "CTX01", 5)))
    done = site("leases", "explain", "nobody")
    assert (done.code, done.out) == (1, "")
    assert "No QlikView Server knows 'nobody'" in done.err


def test_without_a_collection_it_says_what_to_do(collected: CollectedSite) -> None:
    """Rather than an empty list."""
    done = collected(None)("leases", "list")
    assert (done.code, done.out) == (1, "")
    assert "No leases were collected yet" in done.err
