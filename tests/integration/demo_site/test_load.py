"""A demo site that bears only so much at once, and counts what is under way."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from local.demo_site import faults as f
from local.demo_site.hooks import Seen
from tests.demo_site_fixture import StartDemoSite, populated_world, qrs_client

AT_ONCE = 4
WAIT_SECONDS = 20


def test_requests_are_counted_while_they_are_under_way(demo_site: StartDemoSite) -> None:
    """All of them meet at the site, and none is left when they have their answers."""
    site = demo_site(populated_world(20))
    barrier = threading.Barrier(AT_ONCE)

    def meet(_: Seen) -> None:
        barrier.wait(WAIT_SECONDS)

    site.hooks.before(meet)
    with qrs_client(site) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(client.get, ["/about"] * AT_ONCE))
    assert {answer.status_code for answer in answers} == {200}
    assert (site.traffic.now, site.traffic.most) == (0, AT_ONCE)
    site.traffic.forget()
    assert site.traffic.most == 0


def test_an_overloaded_site_turns_away_what_is_too_much(demo_site: StartDemoSite) -> None:
    """Two are served, and while they are, a third one is told when to come again."""
    site = demo_site(populated_world(20))
    site.faults.inject(f.Overload(at_most=2, status=429, retry_after="7"))
    two_are_there, third_has_its_answer = threading.Barrier(3), threading.Event()

    def wait(seen: Seen) -> None:
        two_are_there.wait(WAIT_SECONDS)
        assert third_has_its_answer.wait(WAIT_SECONDS)

    # After the effect: the site has let these two in.
    site.hooks.after(wait, path="/qrs/about")
    with qrs_client(site) as client, ThreadPoolExecutor(2) as pool:
        served = [pool.submit(client.get, "/about") for _ in range(2)]
        two_are_there.wait(WAIT_SECONDS)
        refused = client.get("/license")
        third_has_its_answer.set()
        assert {each.result().status_code for each in served} == {200}
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
        assert client.get("/license").status_code == 200


def test_a_site_can_be_slower_the_more_is_asked_of_it(demo_site: StartDemoSite) -> None:
    """One request alone waits once."""
    site = demo_site(populated_world(20))
    site.faults.inject(f.DelayEach(0.05))
    with qrs_client(site) as client:
        began = time.monotonic()
        assert client.get("/about").status_code == 200
        assert time.monotonic() - began >= 0.05
