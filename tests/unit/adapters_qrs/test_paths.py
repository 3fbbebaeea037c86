"""URLs, filters and headers."""

import re
import string
from typing import cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.qrs import CertificateUser, JwtAuth, paths
from shared.adapters.qrs.authentication import new_xrfkey
from shared.domain.errors import SecretError, SettingsError
from shared.domain.model import LicenseType

GUID = "41e8464e-87ed-4ea3-9fc7-e09d2dc6781a"


def test_an_access_license_is_addressed_by_type_and_guid() -> None:
    """The path is that of the access type, in lower case."""
    path = paths.access_license(LicenseType.ANALYZER, GUID.upper())
    assert path == f"license/analyzeraccesstype/{GUID}"


@given(
    st.text() | st.sampled_from(["", "..", f"../{GUID}", f"{GUID}\n", f" {GUID}", f"{{{GUID}}}"])
)
def test_no_text_but_a_guid_gets_into_a_path(text: str) -> None:
    """Anything else is refused, so that the site license can't be addressed."""
    with pytest.raises(ValueError, match="no GUID"):
        paths.access_license(LicenseType.PROFESSIONAL, text)


@pytest.mark.parametrize("kind", ["analyzer", "", "../license", None])
def test_nothing_but_a_license_type_gets_into_a_path(kind: object) -> None:
    """A text that looks like a type is refused as well."""
    with pytest.raises(TypeError, match="no license type"):
        paths.access_license(cast("LicenseType", kind), GUID)


@given(st.sets(st.uuids(), max_size=450))
def test_filters_name_every_id_once_in_short_urls(ids: set[UUID]) -> None:
    """All ids come, each once, at most 100 in a filter, and a URL stays below 8 KiB."""
    filters = list(paths.id_filters([str(each).upper() for each in ids]))
    named = [name for each in filters for name in re.findall(r"id eq (\S+)", each)]
    assert sorted(named) == sorted(map(str, ids))
    address = paths.Address("https://qlik:4242")
    assert all(each.count("id eq") <= paths.IDS_PER_URL for each in filters)
    assert all(len(address.url(paths.USERS, "k" * 16, each)) < 8192 for each in filters)


def test_a_filter_arrives_as_it_was_written() -> None:
    """Spaces travel as %20, nothing is read as a separator, and httpx leaves the URL alone."""
    text = "name eq 'R&D #1+2/3' or id eq " + str(uuid4())
    url = paths.Address("https://qlik:4242").url(paths.USERS, "k" * 16, text)
    sent = str(httpx.URL(url))
    assert sent == url
    assert "+" not in sent
    assert parse_qs(urlsplit(sent).query) == {"xrfkey": ["k" * 16], "filter": [text]}


@pytest.mark.parametrize("prefix", ["jwt", "/jwt/"])
def test_a_virtual_proxy_comes_before_qrs(prefix: str) -> None:
    """The prefix of a virtual proxy is the first part of the path."""
    url = paths.Address("https://qlik", prefix).url(paths.ABOUT, "k" * 16)
    assert url == f"https://qlik/jwt/qrs/about?xrfkey={'k' * 16}"


@pytest.mark.parametrize(
    ("base_url", "prefix", "setting"),
    [
        ("http://qlik:4242", "", "QLIK_SENSE__HOST"),
        ("qlik:4242", "", "QLIK_SENSE__HOST"),
        ("https://", "", "QLIK_SENSE__HOST"),
        ("https://qlik/qrs", "", "QLIK_SENSE__HOST"),
        ("https://qlik", "a b", "QLIK_SENSE__VIRTUAL_PROXY"),
        ("https://qlik", "a?x=", "QLIK_SENSE__VIRTUAL_PROXY"),
    ],
)
def test_odd_addresses_are_refused(base_url: str, prefix: str, setting: str) -> None:
    """An address that is none names the setting; plain http is never spoken."""
    with pytest.raises(SettingsError, match=setting):
        paths.Address(base_url, prefix)


def test_the_account_goes_into_its_header() -> None:
    """X-Qlik-User names directory and user."""
    headers = CertificateUser("INTERNAL", "sa_api").headers()
    assert headers == {"X-Qlik-User": "UserDirectory=INTERNAL; UserId=sa_api"}


@pytest.mark.parametrize("part", ["", "a;UserId=admin", "a\r\nX: y", "MÜLLER"])
def test_an_account_can_not_smuggle_anything_in(part: str) -> None:
    """Separators, line ends and what a header can't hold are refused."""
    with pytest.raises(SettingsError, match="QLIK_SENSE__USER"):
        CertificateUser("INTERNAL", part)
    with pytest.raises(SettingsError, match="QLIK_SENSE__USER"):
        CertificateUser(part, "sa_api")


def test_a_token_replaces_the_account() -> None:
    """With a JWT no X-Qlik-User is sent, and the token is not shown when printed."""
    auth = JwtAuth("abc.def.ghi")
    assert auth.headers() == {"Authorization": "Bearer abc.def.ghi"}
    assert "abc" not in repr(auth)


@pytest.mark.parametrize("token", ["", "Bearer abc", "abc\n", "a\r\nX: y"])
def test_a_token_must_be_bare(token: str) -> None:
    """A token with a prefix or a line end names the setting, and is not shown."""
    with pytest.raises(SecretError, match="QLIK_SENSE__JWT") as caught:
        JwtAuth(token)
    assert "abc" not in str(caught.value)


def test_each_xrfkey_is_new_and_of_the_right_letters() -> None:
    """Sixteen letters and digits, another one each time."""
    keys = {new_xrfkey() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 16 for key in keys)
    assert set("".join(keys)) <= set(string.ascii_letters + string.digits)
