from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from local.demo_site import faults
from local.demo_site.behaviour import Behaviour
from local.demo_site.records import AccessLicense, LicenseType, User
from local.demo_site.site import DemoSite
from tests.demo_site_fixture import (
    NOW,
    XRFKEY,
    ManualClock,
    StartDemoSite,
    a_license,
    a_user,
    get_as_written,
    populated_world,
    qrs_client,
    small_world,
)

ANALYZER = "/license/analyzeraccesstype"
DAY = timedelta(days=1)
NOBODY = "00000000-0000-0000-0000-000000000001"


def _held(days: int) -> tuple[User, AccessLicense]:
    user = a_user(f"LAB\\used{days}")
    return user, a_license(user, last_used=NOW - days * DAY)


def _filtered(client: httpx.Client, path: str, text: str) -> httpx.Response:
    query = f"filter={quote(text, safe='')}&xrfkey={XRFKEY}"
    return get_as_written(client, f"{path}?{query}")


def test_lists_are_whole_and_agree_with_the_overview(demo_site: StartDemoSite) -> None:
    """Rows, counts and overview tell of the same licenses; pieces are joined rightly."""
    site = demo_site(populated_world(2000))
    with qrs_client(site) as client:
        overview = client.get("/license/accesstypeoverview").json()
        for kind in ("analyzer", "professional"):
            details = overview[f"{kind}Access"]
            rows = client.get(f"/license/{kind}accesstype/full").json()
            assert len(rows) == details["allocated"] + details["quarantined"]
            assert sum(row["quarantined"] for row in rows) == details["quarantined"]
            count = client.get(f"/license/{kind}accesstype/count").json()
            assert count == {"value": len(rows)}
            short = client.get(f"/License/{kind.title()}AccessType").json()
            assert [row["id"] for row in short] == [row["id"] for row in rows]
            assert set(short[0]) == {"id", "privileges"}
        assert len(client.get("/user/full").json()) == 2000
        assert len(client.get("/user").json()) == 2000
        assert client.get("/license/accesstypeinfo").json()["totalTokens"] == 0


def test_an_empty_list_is_an_array(demo_site: StartDemoSite) -> None:
    """With or without a filter."""
    with qrs_client(demo_site(small_world())) as client:
        for path in (f"{ANALYZER}/full", ANALYZER, "/user/full"):
            assert client.get(path).json() == []


def test_one_record_is_the_same_as_in_the_list(demo_site: StartDemoSite) -> None:
    """By its id, in any case; 404 for an id that isn't there or is none."""
    site = demo_site(populated_world(30))
    with qrs_client(site) as client:
        for path in (ANALYZER, "/user"):
            row = client.get(f"{path}/full").json()[0]
            assert client.get(f"{path}/{row['id'].upper()}").json() == row
            assert client.get(f"{path}/{NOBODY}").status_code == 404
            assert client.get(f"{path}/no-guid").status_code == 404


def test_filters_and_orders_work_over_the_wire(demo_site: StartDemoSite) -> None:
    """Percent-encoded, with plus for space, and on nested properties."""
    site = demo_site(small_world(_held(40), _held(2), _held(9)))
    with qrs_client(site) as client:
        cutoff = "2026-03-05T00:00:00.000Z"
        old = _filtered(client, f"{ANALYZER}/full", f"lastUsed le '{cutoff}'").json()
        assert {row["user"]["userId"] for row in old} == {"used40", "used9"}
        client.params = httpx.QueryParams({"xrfkey": XRFKEY})
        one = client.get(f"{ANALYZER}/count", params={"filter": "user.userId eq 'USED2'"})
        assert one.json() == {"value": 1}
        ordered = client.get(f"{ANALYZER}/full", params={"orderby": "lastUsed desc"}).json()
        assert [row["user"]["userId"] for row in ordered] == ["used2", "used9", "used40"]


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        ("name eq 'O'Brien'", "Cannot parse the expression: name eq 'O'Brien'"),
        ("()", "Invalid expression"),
    ],
)
def test_a_bad_filter_gets_the_words_of_qrs(
    demo_site: StartDemoSite, filter_: str, words: str
) -> None:
    """400 on every list that takes filters."""
    with qrs_client(demo_site(small_world())) as client:
        for path in ("/user/full", "/user", "/user/count", f"{ANALYZER}/full"):
            answer = _filtered(client, path, filter_)
            assert (answer.status_code, answer.text) == (400, words)


def test_a_bare_ampersand_in_a_filter_is_told(demo_site: StartDemoSite) -> None:
    """It makes a parameter without a value."""
    with qrs_client(demo_site(small_world())) as client:
        answer = get_as_written(client, f"user/full?xrfkey={XRFKEY}&filter=name%20eq%20'R&D'")
    assert (answer.status_code, answer.text) == (400, "Missing parameter value(s)")


def test_the_site_license_has_its_forms(demo_site: StartDemoSite) -> None:
    """A signed key with its allotments, or null without a license."""
    site = demo_site(populated_world(30))
    with qrs_client(site) as client:
        body = client.get("/license").json()
        assert "Allotment professional:" in body["keyDetails"]
        assert body["lef"] == ""
        site.world.site_license = None
        assert client.get("/license").text == "null"


def test_delete_frees_or_quarantines(demo_site: StartDemoSite) -> None:
    """204 in both cases; only reading tells which, as on a real site."""
    (old_user, old), (new_user, new) = _held(40), _held(2)
    site = demo_site(small_world((old_user, old), (new_user, new)))
    with qrs_client(site) as client:
        for license_ in (old, new):
            answer = client.delete(f"{ANALYZER}/{license_.id}")
            assert (answer.status_code, answer.content) == (204, b"")
        assert client.get(f"{ANALYZER}/{old.id}").status_code == 404
        row = client.get(f"{ANALYZER}/{new.id}").json()
        assert row["quarantined"] is True
        assert row["quarantineEnd"] == "2026-03-15T12:00:00.000Z"
        assert row["modifiedByUserName"] == "INTERNAL\\sa_api"
    assert [deletion.license_id for deletion in site.world.deleted] == [old.id, new.id]
    assert site.log.count("DELETE", "/qrs/license/analyzeraccesstype/{id}") == 2


def test_uncertain_deletes_have_both_answers(demo_site: StartDemoSite) -> None:
    """An unknown id and one in quarantine; nothing changes either way."""
    user, license_ = _held(2)
    site = demo_site(small_world((user, license_)))
    with qrs_client(site) as client:
        client.delete(f"{ANALYZER}/{license_.id}")
        assert client.delete(f"{ANALYZER}/{license_.id}").status_code == 204
        assert client.delete(f"{ANALYZER}/{NOBODY}").status_code == 404
        site.world.behaviour = Behaviour(delete_unknown=204, delete_quarantined=400)
        assert client.delete(f"{ANALYZER}/{license_.id}").status_code == 400
        assert client.delete(f"{ANALYZER}/{NOBODY}").status_code == 204
    assert len(site.world.deleted) == 1


def test_allocation_answers_201_or_broken_rules(demo_site: StartDemoSite) -> None:
    """With the new record; 400 when nothing is free, or the body says nobody."""
    anna, ben = a_user("LAB\\anna"), a_user("LAB\\ben")
    site = demo_site(small_world((anna, None), (ben, None), total=1))
    with qrs_client(site) as client:
        given = client.post(ANALYZER, json={"user": {"id": anna.id}})
        assert given.status_code == 201
        assert given.json()["user"]["userId"] == "anna"
        assert given.json()["lastUsed"] == "1753-01-01T00:00:00.000Z"
        wrong: list[object] = [{"user": {"id": ben.id}}, {"user": {}}, {}, [], None]
        for body in wrong:
            refused = client.post(f"{ANALYZER}/", json=body)
            assert refused.status_code == 400
            assert refused.text.startswith("<BrokenRules>")
        assert client.post(ANALYZER, content=b"{rubbish").status_code == 400
    assert len(site.world.held(LicenseType.ANALYZER)) == 1


def test_put_reinstates_and_minds_the_version(demo_site: StartDemoSite) -> None:
    """409 with an old modifiedDate; quarantined=false gives the license back."""
    clock = ManualClock()
    user, license_ = _held(2)
    site = demo_site(small_world((user, license_), clock=clock))
    with qrs_client(site) as client:
        url = f"{ANALYZER}/{license_.id}"
        stale = client.get(url).json()
        clock.move(timedelta(minutes=1))
        client.delete(url)
        assert client.put(url, json=stale | {"quarantined": False}).status_code == 409
        fresh = client.get(url).json()
        assert client.put(url, json=fresh).json()["quarantined"] is True
        back = client.put(url, json=fresh | {"quarantined": False})
        assert (back.status_code, back.json()["quarantined"]) == (200, False)
        assert client.put(f"{ANALYZER}/{NOBODY}", json=fresh).status_code == 404


def test_giving_back_may_work_in_no_way(demo_site: StartDemoSite) -> None:
    """Both ways can be refused, and PUT can be taken without effect: nobody knows what QRS does."""
    user, license_ = _held(2)
    site = demo_site(small_world((user, license_), (ben := a_user("LAB\\ben"), None)))
    url = f"{ANALYZER}/{license_.id}"
    with qrs_client(site) as client:
        client.delete(url)
        back = client.get(url).json() | {"quarantined": False}
        site.world.behaviour = Behaviour(post_gives=False, put_reinstates="refused")
        refused = [client.post(ANALYZER, json={"user": {"id": ben.id}}), client.put(url, json=back)]
        assert [(x.status_code, x.text) for x in refused] == [(400, "<BrokenRules>")] * 2
        site.world.behaviour = Behaviour(put_reinstates="without effect")
        taken = client.put(url, json=back)
        assert (taken.status_code, taken.json()["quarantined"]) == (200, True)
        assert client.get(url).json()["quarantined"] is True


def test_every_answer_tells_the_time_of_the_site(demo_site: StartDemoSite) -> None:
    """Once, by the site's own clock, also in refusals and injected answers."""
    clock = ManualClock()
    site = demo_site(small_world(clock=clock))
    site.faults.inject(faults.status(503), path="/qrs/user/full")
    with qrs_client(site) as client:
        answers = [client.get(x) for x in ("/about", "/license", "/nothing", "/user/full")]
        clock.move(timedelta(hours=1, seconds=1, milliseconds=900))
        later = client.get("/about")
    assert [x.headers.get_list("date") for x in answers] == [["Tue, 10 Mar 2026 12:00:00 GMT"]] * 4
    assert later.headers["date"] == "Tue, 10 Mar 2026 13:00:01 GMT"


def _user_table(client: httpx.Client, **page: object) -> httpx.Response:
    columns = [
        {"name": "id", "columnType": "Property", "definition": "id"},
        {"name": "who", "columnType": 1, "definition": "userId"},
        {
            "name": "tags",
            "columnType": "List",
            "definition": "tag",
            "list": [{"name": "name", "columnType": "Property", "definition": "name"}],
        },
    ]
    query = {name: str(value) for name, value in page.items()}
    body = {"entity": "User", "columns": columns}
    return client.post("/user/table", params=query, json=body)


def test_tables_page_through_everything_once(demo_site: StartDemoSite) -> None:
    """In the order of the sort column; take=0 is all of it; a list is a table inside."""
    site = demo_site(populated_world(120))
    tagged = next(user for user in site.world.users() if not user.tags)
    site.world.tag(tagged.account, "Marked")
    with qrs_client(site) as client:
        whole = _user_table(client, skip=0, take=0, sortColumn="id")
        assert whole.status_code == 201
        assert whole.json()["columnNames"] == ["id", "who", "tags"]
        pages = [_user_table(client, skip=n, take=50, sortColumn="id") for n in (0, 50, 100, 150)]
        assert [len(page.json()["rows"]) for page in pages] == [50, 50, 20, 0]
        rows = [row for page in pages for row in page.json()["rows"]]
        assert rows == whole.json()["rows"]
        assert rows == sorted(rows, key=lambda row: row[0])
        marked = next(row for row in rows if row[0] == tagged.id)
        assert marked[2] == {"columnNames": ["name"], "rows": [["Marked"]]}
        falling = _user_table(client, sortColumn="id", orderAscending="false", take=1)
        assert falling.json()["rows"] == rows[-1:]


def test_the_qmc_table_request_works(demo_site: StartDemoSite) -> None:
    """As the QMC sends it, with capitals in the path and a nested column."""
    site = demo_site(small_world(_held(40), _held(2)))
    names = ("id", "user.name", "lastUsed")
    columns = [{"name": n, "columnType": "Property", "definition": n} for n in names]
    with qrs_client(site) as client:
        answer = client.post(
            "/License/AnalyzerAccessType/table",
            params={"orderAscending": "true", "skip": 0, "sortColumn": "lastUsed", "take": 2000},
            json={"entity": "License.AnalyzerAccessType", "columns": columns},
        )
    assert [row[1] for row in answer.json()["rows"]] == ["Used40", "Used2"]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"skip": "-1"}, None),
        ({"take": "many"}, None),
        ({"sortColumn": "nothing"}, None),
        ({}, {}),
        ({}, {"columns": []}),
        ({}, {"columns": [5]}),
        ({}, {"columns": [{"name": "x", "columnType": "Property", "definition": "nothing"}]}),
        ({}, {"columns": [{"name": "x", "columnType": "List", "definition": "id", "list": []}]}),
    ],
)
def test_a_bad_table_request_is_refused(
    demo_site: StartDemoSite, query: dict[str, str], body: object
) -> None:
    """400, not a page that looks complete."""
    good = {"columns": [{"name": "id", "columnType": "Property", "definition": "id"}]}
    with qrs_client(demo_site(small_world())) as client:
        answer = client.post("/user/table", params=query, json=good if body is None else body)
    assert answer.status_code == 400


def _select(client: httpx.Client, *license_ids: str) -> httpx.Response:
    items = [{"type": "License.AnalyzerAccessType", "objectID": x} for x in license_ids]
    return client.post("/Selection", json={"items": items})


def test_a_selection_deletes_what_it_holds(demo_site: StartDemoSite) -> None:
    """Three requests for any number of licenses, quarantine included; the rest stays."""
    held = [_held(40), _held(2), _held(50)]
    site = demo_site(small_world(*held))
    old, new, other = (license_.id for _, license_ in held)
    with qrs_client(site) as client:
        made = _select(client, old, new)
        assert made.status_code == 201
        assert [item["objectID"] for item in made.json()["items"]] == [old, new]
        url = f"/Selection/{made.json()['id']}"
        assert client.get(url).json() == made.json()
        assert client.get(f"{url}/license/analyzeraccesstype/count").json() == {"value": 2}
        full = client.get(f"{url}/license/analyzeraccesstype/full").json()
        assert {row["id"] for row in full} == {old, new}
        assert client.delete(f"{url}/License/AnalyzerAccessType").status_code == 204
        assert client.delete(url).status_code == 204
        assert client.get(url).status_code == 404
    assert [deletion.license_id for deletion in site.world.deleted] == [old, new]
    left = site.world.held(LicenseType.ANALYZER)
    assert {held.license.id for held in left} == {new, other}


def test_a_selection_may_drop_unknown_ids_or_stop_half_way(demo_site: StartDemoSite) -> None:
    """What QRS does there is unknown, so both answers can be had."""
    held = [_held(40), _held(50)]
    first, second = (license_.id for _, license_ in held)
    site = demo_site(small_world(*held))
    with qrs_client(site) as client:
        assert len(_select(client, first, NOBODY).json()["items"]) == 2
        site.world.behaviour = Behaviour(selection_shows_items=False)
        assert "items" not in _select(client, first).json()
        site.world.behaviour = Behaviour(selection_drops_unknown=True)
        assert len(_select(client, first, NOBODY).json()["items"]) == 1
        both = _select(client, first, second).json()["id"]
        site.world.behaviour = replace(Behaviour(), selection_delete_stops_after=1)
        answer = client.delete(f"/selection/{both}/license/analyzeraccesstype")
    assert answer.status_code == 500
    assert [deletion.license_id for deletion in site.world.deleted] == [first]


def test_a_selection_by_filter_holds_everything_without_one(demo_site: StartDemoSite) -> None:
    """The danger that a client must never come near."""
    site = demo_site(small_world(_held(40), _held(2)))
    with qrs_client(site) as client:
        made = client.post("/selection/license/analyzeraccesstype")
        assert len(made.json()["items"]) == 2
        one = client.post(
            "/selection/license/analyzeraccesstype", params={"filter": "user.userId eq 'used2'"}
        )
        assert len(one.json()["items"]) == 1


def test_rubbish_selections_are_refused(demo_site: StartDemoSite) -> None:
    """400 for anything but items with a type and a GUID."""
    with qrs_client(demo_site(small_world())) as client:
        wrong: list[object] = [{}, {"items": 5}, {"items": [{"type": "x"}]}, {"items": [5]}, []]
        for body in wrong:
            assert client.post("/selection", json=body).status_code == 400
        assert _select(client, "no-guid").status_code == 400
        nowhere = f"/selection/{NOBODY}/license/analyzeraccesstype"
        assert client.delete(nowhere).status_code == 404


def test_losing_the_site_license_can_be_seen(demo_site: StartDemoSite) -> None:
    """Both ways that exist in QRS take it away, so that a test can prove nobody uses them."""

    def license_of(site: DemoSite) -> object:
        return site.world.site_license

    for by_selection in (True, False):
        site = demo_site(populated_world(20))
        with qrs_client(site) as client:
            if by_selection:
                selection = _select(client).json()["id"]
                client.delete(f"/selection/{selection}/license")
            else:
                assert client.delete(f"/license/{NOBODY}").status_code == 404
                client.delete(f"/license/{client.get('/license').json()['id']}")
        assert license_of(site) is None
