import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from local.demo_site import faults as f
from local.demo_site.hooks import Seen
from local.demo_site.records import LicenseType
from local.demo_site.schema_check import SchemaCheck
from local.demo_site.site import DemoSite
from local.demo_site.tls_server import DemoSiteError
from tests.demo_site_fixture import (
    NOW,
    OPENAPI,
    StartDemoSite,
    a_license,
    a_user,
    populated_world,
    qrs_client,
    small_world,
)

ANALYZERS = "/license/analyzeraccesstype/full"


def test_error_answers_come_with_retry_after(demo_site: StartDemoSite) -> None:
    """And only so often as was said; the request has no effect."""
    user = a_user("LAB\\anna")
    license_ = a_license(user)
    site = demo_site(small_world((user, license_)))
    site.faults.inject(f.status(429, retry_after="2"), method="DELETE", times=1)
    with qrs_client(site) as client:
        url = f"/license/analyzeraccesstype/{license_.id}"
        refused = client.delete(url)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
        assert site.world.deleted == []
        assert client.delete(url).status_code == 204


def test_a_proxy_may_answer_in_its_own_ways(demo_site: StartDemoSite) -> None:
    """A redirect, HTML with 200, another content type, an object in the place of an array."""
    site = demo_site(populated_world(20))
    with qrs_client(site) as client:
        right = client.get(ANALYZERS)

        def answer(effect: f.Effect) -> httpx.Response:
            site.faults.clear()
            site.faults.inject(effect, path="/qrs/license/analyzeraccesstype/full")
            return client.get(ANALYZERS)

        redirect = answer(f.login_redirect())
        assert (redirect.status_code, redirect.next_request is not None) == (302, True)
        page = answer(f.html_page())
        assert (page.status_code, "<form" in page.text) == (200, True)
        assert page.headers["content-type"].startswith("text/html")
        odd = answer(f.WrongContentType("text/plain"))
        assert (odd.headers["content-type"], odd.content) == ("text/plain", right.content)
        assert answer(f.json_body('{"value": 1}')).json() == {"value": 1}
        shorter = answer(f.LoseRows(3)).json()
        assert shorter == right.json()[:-3]


def test_a_body_can_end_in_the_middle(demo_site: StartDemoSite) -> None:
    """Of a list and of one record: the client got some bytes, and an error."""
    site = demo_site(populated_world(1500))
    site.faults.inject(f.CutBody())
    with qrs_client(site) as client:
        for path in ("/user/full", "/about"):
            with client.stream("GET", path) as answer:
                assert answer.status_code == 200
                pieces = answer.iter_raw()
                assert next(pieces)
                with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
                    list(pieces)
        site.faults.clear()
        assert client.get("/about").status_code == 200


def test_an_answer_can_get_lost_after_the_delete(demo_site: StartDemoSite) -> None:
    """The license is gone although the client only saw a broken connection."""
    user = a_user("LAB\\anna")
    license_ = a_license(user)
    site = demo_site(small_world((user, license_)))
    site.faults.inject(f.LoseAnswer(), method="DELETE", times=1)
    with qrs_client(site) as client:
        url = f"/license/analyzeraccesstype/{license_.id}"
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.delete(url)
        assert client.get(url).status_code == 404
    assert len(site.world.deleted) == 1
    assert site.log.entries("DELETE")[0].status == 0


def test_an_outage_does_nothing(demo_site: StartDemoSite) -> None:
    """Until it is over."""
    user = a_user("LAB\\anna")
    license_ = a_license(user)
    site = demo_site(small_world((user, license_)))
    outage = site.faults.inject(f.Drop())
    with qrs_client(site) as client:
        url = f"/license/analyzeraccesstype/{license_.id}"
        for _ in range(3):
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                client.delete(url)
        assert site.world.deleted == []
        site.faults.remove(outage)
        assert client.delete(url).status_code == 204


def test_a_delay_runs_into_the_timeout_of_the_client(demo_site: StartDemoSite) -> None:
    """The site is slow, but lives, and stops at once all the same."""
    site = demo_site(small_world())
    site.faults.inject(f.Delay(30), times=1)
    with qrs_client(site) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/about", timeout=0.2)
        assert client.get("/about").status_code == 200


def test_a_part_of_all_requests_fails_at_random(demo_site: StartDemoSite) -> None:
    """The log counts them."""
    site = demo_site(small_world())
    site.faults.inject(f.status(503), share=0.1)
    with qrs_client(site) as client:
        statuses = [client.get("/about").status_code for _ in range(100)]
    assert 0 < statuses.count(503) < 40
    assert site.log.counts()["GET", "/qrs/about", 503] == statuses.count(503)


def test_the_world_can_change_right_before_a_delete(demo_site: StartDemoSite) -> None:
    """A hook lets the user log in at the worst moment, so the license is quarantined."""
    user = a_user("LAB\\anna")
    license_ = a_license(user, last_used=NOW - timedelta(days=40))
    site = demo_site(small_world((user, license_)))
    site.hooks.before(lambda _seen: site.world.login(user.account), method="DELETE")
    with qrs_client(site) as client:
        client.delete(f"/license/analyzeraccesstype/{license_.id}")
        assert client.get(f"/license/analyzeraccesstype/{license_.id}").json()["quarantined"]


def test_the_world_can_change_right_after_a_list_was_read(demo_site: StartDemoSite) -> None:
    """The client has the old list, and whoever asks next sees the change."""
    user = a_user("LAB\\anna")
    site = demo_site(small_world((user, a_license(user))))
    told: list[Seen] = []

    def tag(seen: Seen) -> None:
        told.append(seen)
        site.world.tag(user.account, "Keep")

    site.hooks.after(tag, path="/qrs/user/full")
    with qrs_client(site) as client:
        assert client.get("/user/full").json()[0]["tags"] == []
        site.hooks.clear()
        assert client.get("/user/full").json()[0]["tags"][0]["name"] == "Keep"
    assert told == [Seen("GET", "/qrs/user/full", "/qrs/user/full")]


def test_a_hook_may_hold_a_request_while_others_go_on(demo_site: StartDemoSite) -> None:
    """It blocks only its own request."""
    site = demo_site(small_world())
    reached, go_on = threading.Event(), threading.Event()

    def wait(_seen: Seen) -> None:
        reached.set()
        assert go_on.wait(20)

    site.hooks.before(wait, path="/qrs/user/count")
    with qrs_client(site) as client, ThreadPoolExecutor(1) as pool:
        held = pool.submit(client.get, "/user/count")
        assert reached.wait(20)
        assert client.get("/about").status_code == 200
        assert not held.done()
        go_on.set()
        assert held.result().json() == {"value": 0}


def test_many_clients_at_once_release_each_license_once(demo_site: StartDemoSite) -> None:
    """Whoever comes second gets 404; the books add up."""
    site = demo_site(populated_world(200))
    before = site.world.held(LicenseType.ANALYZER)
    ids = [held.license.id for held in before]
    with qrs_client(site) as client, ThreadPoolExecutor(8) as pool:
        urls = [f"/license/analyzeraccesstype/{x}" for x in ids for _ in range(2)]
        statuses = [answer.status_code for answer in pool.map(client.delete, urls)]
    deleted = [deletion.license_id for deletion in site.world.deleted]
    free = [held.license.id for held in before if not held.license.quarantined]
    assert sorted(deleted) == sorted(free)
    assert set(statuses) == {204, 404}


@pytest.mark.skipif(
    not OPENAPI.exists(), reason="Qlik's OpenAPI document isn't part of the project, nor beside it"
)
def test_a_site_that_drifts_into_fiction_says_so_at_its_end(
    demo_site: StartDemoSite,
) -> None:
    """An answer with an invented property ends in an error that names it."""
    pki = demo_site(small_world()).pki
    world = populated_world(20)
    assert world.site_license is not None
    world.site_license["invented"] = True
    check = SchemaCheck.from_file(OPENAPI)
    with (
        pytest.raises(DemoSiteError, match="invented"),
        DemoSite.start(world=world, pki=pki, check=check) as site,
        qrs_client(site) as client,
    ):
        client.get("/license")
