from dataclasses import replace

import httpx
import pytest

from local.demo_site.accounts import Accounts, Rights
from local.demo_site.behaviour import Behaviour
from local.demo_site.records import LicenseType
from local.demo_site.virtual_proxy import VirtualProxy
from tests.demo_site_fixture import (
    XRFKEY,
    StartDemoSite,
    a_license,
    a_user,
    get_as_written,
    populated_world,
    qrs_client,
    small_world,
)

ABOUT = "/about"


@pytest.mark.parametrize(
    ("query", "header"),
    [
        (None, XRFKEY),
        (XRFKEY, None),
        (XRFKEY, XRFKEY[::-1]),
        ("short", "short"),
        ("0123456789abcde_", "0123456789abcde_"),
    ],
)
def test_the_xrfkey_must_be_sixteen_and_twice_the_same(
    demo_site: StartDemoSite, query: str | None, header: str | None
) -> None:
    """Else 403 with the words of QRS."""
    with qrs_client(demo_site(small_world())) as client:
        client.params = httpx.QueryParams({} if query is None else {"xrfkey": query})
        del client.headers["X-Qlik-Xrfkey"]
        headers = {} if header is None else {"X-Qlik-Xrfkey": header}
        answer = client.get(ABOUT, headers=headers)
    assert answer.status_code == 403
    assert answer.text == "XSRF prevention check failed. Possible XSRF discovered."


def test_a_hash_in_a_filter_cuts_the_key_off(demo_site: StartDemoSite) -> None:
    """What follows an unencoded `#` never reaches the server."""
    with qrs_client(demo_site(small_world())) as client:
        answer = get_as_written(client, f"user?filter=name eq 'a#b'&xrfkey={XRFKEY}")
    assert answer.status_code == 403
    assert "XSRF" in answer.text


def test_a_call_without_user_has_both_answers(demo_site: StartDemoSite) -> None:
    """Refused, or served with full rights, as the site's behaviour says."""
    site = demo_site(populated_world(50))
    with qrs_client(site) as client:
        del client.headers["X-Qlik-User"]
        assert client.get(ABOUT).status_code == 403
        site.world.behaviour = replace(Behaviour(), user_header="optional")
        assert client.get("/user/count").json() == {"value": 50}
        assert client.get(ABOUT, headers={"X-Qlik-User": "sa_api"}).status_code == 403


def test_an_inactive_account_is_told_so(demo_site: StartDemoSite) -> None:
    """403 with the words of QRS."""
    user = a_user("LAB\\anna")
    site = demo_site(small_world((user, None)))
    site.world.change_user(user.account, inactive=True)
    with qrs_client(site, account="lab\\ANNA") as client:
        answer = client.get(ABOUT)
    assert answer.status_code == 403
    assert answer.text == "Forbidden: Your account is inactive. Contact your administrator"


def test_a_weak_account_sees_less_and_no_error(demo_site: StartDemoSite) -> None:
    """Its lists are shorter than the overview says, and it may not change anything."""
    site = demo_site(populated_world(300))
    with qrs_client(site) as full, qrs_client(site, account="LAB\\somebody") as weak:
        url = "/license/analyzeraccesstype/full"
        seen, all_of_them = weak.get(url), full.get(url)
        assert seen.status_code == 200
        assert 0 < len(seen.json()) < len(all_of_them.json())
        assert {row["user"]["userDirectory"] for row in seen.json()} == {"LAB"}
        overview = "/license/accesstypeoverview"
        assert weak.get(overview).json() == full.get(overview).json()
        row = seen.json()[0]["id"]
        assert weak.delete(f"/license/analyzeraccesstype/{row}").status_code == 403
        hidden = next(x["id"] for x in all_of_them.json() if x not in seen.json())
        assert weak.get(f"/license/analyzeraccesstype/{hidden}").status_code == 404
    assert site.world.deleted == []


def test_an_account_may_see_licenses_but_not_their_users(demo_site: StartDemoSite) -> None:
    """So a license can name a user that no list of users has."""
    user = a_user("LAB\\anna")
    accounts = Accounts({"LAB\\half": Rights(users_of=frozenset())})
    site = demo_site(small_world((user, a_license(user))), accounts=accounts)
    with qrs_client(site, account="LAB\\half") as client:
        (row,) = client.get("/license/analyzeraccesstype/full").json()
        assert row["user"]["id"] == user.id
        assert client.get("/user/full").json() == []
        assert client.get(f"/user/{user.id}").status_code == 404


def _proxy_client(url: str, token: str | None, root: str) -> httpx.Client:
    import ssl

    headers = {"X-Qlik-Xrfkey": XRFKEY} | ({"Authorization": f"Bearer {token}"} if token else {})
    return httpx.Client(
        base_url=url,
        verify=ssl.create_default_context(cafile=root),
        params={"xrfkey": XRFKEY},
        headers=headers,
    )


def test_a_token_opens_one_session_through_the_virtual_proxy(demo_site: StartDemoSite) -> None:
    """No client certificate, no X-Qlik-User; a client that keeps cookies makes one session."""
    proxy = VirtualProxy("jwt", {"a.b.c": "INTERNAL\\sa_api"})
    site = demo_site(small_world(), proxy=proxy)
    with _proxy_client(site.proxy_url, "a.b.c", str(site.certificates.root)) as client:
        for _ in range(3):
            assert client.get(ABOUT).status_code == 200
        del client.headers["Authorization"]
        assert client.get(ABOUT).status_code == 200
        client.headers["X-Qlik-Xrfkey"] = "wrong"
        assert client.get(ABOUT).status_code == 403
    assert list(proxy.sessions.values()) == ["INTERNAL\\sa_api"]
    assert {entry.account for entry in site.log.entries()} == {"INTERNAL\\sa_api", ""}


def test_without_a_token_the_proxy_sends_to_the_login_page(demo_site: StartDemoSite) -> None:
    """302 for GET, a page of HTML for the rest, and nothing is done; so for a wrong token."""
    user = a_user("LAB\\anna")
    license_ = a_license(user)
    proxy = VirtualProxy("jwt", {"a.b.c": "INTERNAL\\sa_api"})
    site = demo_site(small_world((user, license_)), proxy=proxy)
    for token in (None, "a.b.d"):
        with _proxy_client(site.proxy_url, token, str(site.certificates.root)) as client:
            answer = client.get(ABOUT)
            assert answer.status_code == 302
            page = client.get(answer.headers["location"].split("?")[0])
            assert page.status_code in {200, 302}
            deleted = client.delete(f"/license/analyzeraccesstype/{license_.id}")
            assert deleted.headers["content-type"].startswith("text/html")
            # The default virtual proxy takes no tokens of this one.
            outside = site.proxy_url.replace("/jwt", "")
            assert client.get(f"{outside}/about").status_code == 302
    assert len(site.world.held(LicenseType.ANALYZER)) == 1


def test_a_host_beyond_the_allow_list_is_refused(demo_site: StartDemoSite) -> None:
    """400 with a page, as when an address is used in the place of the name."""
    proxy = VirtualProxy("jwt", {"t": "LAB\\x"}, allowed_hosts=frozenset({"qlik.example"}))
    site = demo_site(small_world(), proxy=proxy)
    with _proxy_client(site.proxy_url, "t", str(site.certificates.root)) as client:
        answer = client.get(ABOUT)
        assert answer.status_code == 400
        assert "The http request header is incorrect." in answer.text
        named = client.get(ABOUT, headers={"Host": "qlik.example"})
        assert named.status_code == 200
