"""The apps of the demo site, over the wire."""

from local.demo_site.accounts import Accounts, Rights
from local.demo_site.population import make_population
from tests.demo_site_fixture import NOW, StartDemoSite, populated_world, qrs_client


def test_apps_are_listed_with_their_owners(demo_site: StartDemoSite) -> None:
    """In full with the owner, in short without; the count agrees."""
    site = demo_site(populated_world(800))
    with qrs_client(site) as client:
        full = client.get("/app/full").json()
        short = client.get("/App").json()
        assert client.get("/app/count").json() == {"value": len(full)}
    assert [row["id"] for row in short] == [row["id"] for row in full]
    assert len({row["id"] for row in full}) == len(full) == 100
    assert "owner" not in short[0]
    accounts = {(user.directory, user.user_id) for user in site.world.users()}
    assert {(row["owner"]["userDirectory"], row["owner"]["userId"]) for row in full} <= accounts


def test_apps_can_be_filtered_by_their_owner(demo_site: StartDemoSite) -> None:
    """As other lists can."""
    site = demo_site(populated_world(800))
    owner = site.world.apps()[0].owner
    assert owner
    with qrs_client(site) as client:
        found = client.get("/app/full", params={"filter": f"owner.id eq {owner.id}"}).json()
    assert {row["owner"]["id"] for row in found} == {owner.id}


def test_an_account_sees_the_apps_of_the_users_it_sees(demo_site: StartDemoSite) -> None:
    """The others are missing without an error; an app without an owner needs full rights."""
    site = demo_site(
        populated_world(800),
        accounts=Accounts(
            {"LAB\\eva": Rights(users_of=frozenset({"LAB"})), "INTERNAL\\sa_api": Rights()}
        ),
    )
    owner = next(x.owner for x in site.world.apps() if x.owner and x.owner.directory == "LAB")
    site.world.delete_user(owner.account)
    with qrs_client(site, account="LAB\\eva") as client:
        seen = client.get("/app/full").json()
    with qrs_client(site) as client:
        every = client.get("/app/full").json()
    assert {row["owner"]["userDirectory"] for row in seen} == {"LAB"}
    assert any(row["owner"] is None for row in every)


def test_apps_do_not_change_the_people_of_a_seed() -> None:
    """The same seed makes the same apps, and no app is older than its owner."""
    made, again = (make_population(400, seed=5, now=NOW) for _ in range(2))
    assert made == again
    created = {user.id: user.created for user in made.users}
    apps = list(made.apps)
    assert len(apps) == 50
    assert all(created[app.owner_id] <= app.created <= NOW for app in apps)
