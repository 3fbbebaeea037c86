"""The queue message, version 1: what goes out, what comes back, what is refused."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.messages import (
    MAX_BYTES,
    RefusedMessageError,
    describe,
    from_json,
    split,
    to_json,
)
from shared.domain.model import AccessLicense, LicenseType
from shared.domain.runs import MessageRefusal
from tests.unit.build import NOW, PROFESSIONAL, a_license, a_user, days_ago, guid

LATER = NOW + timedelta(hours=1)


def texts(licenses: list[AccessLicense], site: str = "prod") -> list[str]:
    """The messages of a plan as text."""
    groups = split(site=site, plan_id="plan-1", expires_at=LATER, licenses=licenses)
    return [to_json(group) for group in groups]


def rewritten_by_the_host(text: str) -> str:
    """The same JSON as the storage extension writes it: indented, with other line ends."""
    return json.dumps(json.loads(text), indent=2).replace("\n", "\r\n")


def refusal(text: str) -> tuple[MessageRefusal, str]:
    """Why a text is refused."""
    with pytest.raises(RefusedMessageError) as caught:
        from_json(text, site="prod", now=NOW)
    return caught.value.refusal, caught.value.detail


def changed(**changes: object) -> str:
    """A good message with some of its members changed; None removes one."""
    raw = {**json.loads(texts([a_license()])[0]), **changes}
    return json.dumps({name: value for name, value in raw.items() if value is not None})


def with_license(**changes: object) -> str:
    """A good message with one license whose members are changed."""
    return changed(licenses=[{**json.loads(texts([a_license()])[0])["licenses"][0], **changes}])


ITEM: dict[str, object] = json.loads(with_license())["licenses"][0]


def test_a_message_says_what_the_contract_says() -> None:
    """Members, names and forms are those of design.md."""
    license_ = a_license(last_used=None, modified=days_ago(3))
    assert json.loads(texts([license_])[0]) == {
        "version": 1,
        "site": "prod",
        "plan_id": "plan-1",
        "expires_at": "2026-11-22T03:30:00Z",
        "license_type": "analyzer",
        "licenses": [
            {
                "license_id": guid(1),
                "user_id": guid(1001),
                "user": "LAB\\user1",
                "last_used": None,
                "modified": "2026-11-19T02:30:00Z",
            }
        ],
    }


@given(
    numbers=st.lists(st.integers(1, 10_000), unique=True, max_size=250),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256),
    site=st.text(min_size=1, max_size=100),
)
def test_every_license_goes_out_once_and_comes_back_the_same(
    numbers: list[int], name: str, site: str
) -> None:
    """Split, rewritten by the host and parsed again, nothing is lost, and no message is too big."""
    licenses = [
        a_license(n, user=a_user(n, user_id=name), license_type=list(LicenseType)[n % 2])
        for n in numbers
    ]
    back = []
    for text in texts(licenses, site):
        on_the_wire = rewritten_by_the_host(text)
        assert len(on_the_wire.encode()) < MAX_BYTES
        message = from_json(on_the_wire, site=site, now=NOW)
        back += [(message.license_type, item) for item in message.licenses]
    assert sorted((x.id, x.license_type, x.user.id) for x in licenses if x.user) == sorted(
        (item.license_id, license_type, item.user_id) for license_type, item in back
    )
    assert {(x.last_used, x.modified, x.account) for x in licenses} == {
        (item.last_used, item.modified, item.account) for _, item in back
    }


def test_a_message_holds_one_license_type() -> None:
    """Two types make two messages."""
    both = [a_license(1), a_license(2, license_type=PROFESSIONAL)]
    assert [json.loads(text)["license_type"] for text in texts(both)] == [
        "analyzer",
        "professional",
    ]


@pytest.mark.parametrize("text", ["", "hello", "[]", "null", "1", '{"version":', "[" * 100_000])
def test_what_is_no_json_object_is_malformed(text: str) -> None:
    """Rubbish is refused, whatever kind of rubbish it is."""
    assert refusal(text)[0] is MessageRefusal.MALFORMED


@pytest.mark.parametrize("version", [0, 2, 99])
def test_an_unknown_version_is_refused_before_anything_else_is_looked_at(version: int) -> None:
    """A later version may have another shape: only its number is read."""
    assert refusal(json.dumps({"version": version}))[0] is MessageRefusal.UNKNOWN_VERSION


@pytest.mark.parametrize("version", [None, "1", True, 1.5, [1]])
def test_a_version_that_is_no_number_is_malformed(version: object) -> None:
    """The version is a whole number."""
    assert refusal(json.dumps({"version": version}))[0] is MessageRefusal.MALFORMED


def test_a_message_of_another_site_is_refused() -> None:
    """Two sites may share a storage account by mistake."""
    kind, detail = refusal(changed(site="test"))
    assert kind is MessageRefusal.OTHER_SITE
    assert "'test'" in detail
    assert "'prod'" in detail


def test_a_message_expires_at_its_time() -> None:
    """At `expires_at` it is void, a second before it is not."""
    text = texts([a_license()])[0]
    assert from_json(text, site="prod", now=LATER - timedelta(seconds=1))
    with pytest.raises(RefusedMessageError) as caught:
        from_json(text, site="prod", now=LATER)
    assert caught.value.refusal is MessageRefusal.EXPIRED


@pytest.mark.parametrize(
    "text",
    [
        changed(site=None),
        changed(plan_id=None),
        changed(plan_id=""),
        changed(plan_id="../x"),
        changed(plan_id="x" * 200),
        changed(expires_at=None),
        changed(expires_at="soon"),
        changed(license_type="token"),
        changed(licenses=None),
        changed(licenses=[]),
        changed(licenses={}),
        changed(licenses=["x"]),
        with_license(license_id="1"),
        with_license(license_id="../../license"),
        with_license(license_id=guid(1) + "\n"),
        with_license(user_id=""),
        with_license(user=5),
        with_license(last_used="yesterday"),
        with_license(last_used=5),
        with_license(modified="9999-99-99"),
        with_license(modified="0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_missing_or_wrong_member_is_malformed(text: str) -> None:
    """Each member is checked; a license id that is no GUID is malformed."""
    assert refusal(text)[0] is MessageRefusal.MALFORMED


def test_the_same_license_twice_counts_once_and_two_stories_are_malformed() -> None:
    """Repeating an item adds nothing; contradicting it is an error."""
    item = json.loads(texts([a_license()])[0])["licenses"][0]
    assert len(from_json(changed(licenses=[item, item]), site="prod", now=NOW).licenses) == 1
    twice = changed(licenses=[item, {**item, "user": "LAB\\other"}])
    assert refusal(twice)[0] is MessageRefusal.MALFORMED


def test_a_date_may_come_back_in_another_form() -> None:
    """The host may drop zeros or change the offset: it is the same moment."""
    text = with_license(last_used="2026-08-14T03:30:00+01:00", modified="2026-08-14T02:30:00.5Z")
    item = from_json(text, site="prod", now=NOW).licenses[0]
    assert item.last_used == days_ago(100)
    assert item.modified == days_ago(100) + timedelta(milliseconds=500)


def test_a_message_can_be_described_whatever_its_site_and_age() -> None:
    """The poison recorder wants to say which plan it was."""
    assert describe(changed(site="other", expires_at="2001-01-01T00:00:00Z")) == ("plan-1", 1)


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("{", "malformed", "not JSON: Expecting property name enclosed in double quotes: line 1"),
        ("[]", "malformed", "not a JSON object"),
        ("{}", "malformed", "`version` is missing or no whole number"),
        (
            '{"version": 2}',
            "unknown_version",
            "version 2 is not known here (this app reads version 1)",
        ),
        (changed(licenses=[]), "malformed", "`licenses` is missing or empty"),
        (
            changed(plan_id="a/b"),
            "malformed",
            "`plan_id` is empty, too long or has characters that no plan id has",
        ),
        (changed(expires_at=None), "malformed", "`expires_at` is missing"),
        (changed(expires_at="soon"), "malformed", "`expires_at` is no date in ISO 8601 form"),
        (
            changed(license_type="token"),
            "malformed",
            "`license_type` is neither analyzer nor professional",
        ),
        (changed(licenses=["x"]), "malformed", "an item of `licenses` is not an object"),
        (with_license(user=5), "malformed", "`user` is missing or no text"),
        (
            with_license(user_id="y" * 70),
            "malformed",
            "`user_id` is no GUID",
        ),
        (
            changed(licenses=[ITEM, {**ITEM, "user": "x"}]),
            "malformed",
            f"license {guid(1)} comes twice with different contents",
        ),
        (
            changed(expires_at="2026-11-22T02:30:00Z"),
            "expired",
            "the plan expired at 2026-11-22T02:30:00Z; the next plan decides anew",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, kind: str, detail: str) -> None:
    """One sentence, kept with the message; the exception reads the same."""
    with pytest.raises(RefusedMessageError) as caught:
        from_json(text, site="prod", now=NOW)
    assert caught.value.refusal == kind
    assert caught.value.detail.startswith(detail)
    assert str(caught.value) == caught.value.detail


def test_a_date_without_an_offset_is_utc() -> None:
    """As QRS and the app write them."""
    item = from_json(with_license(last_used="2026-08-14T02:30:00"), site="prod", now=NOW)
    assert item.licenses[0].last_used == days_ago(100)


def test_a_license_that_was_never_modified_comes_back_so() -> None:
    """No date is no date, on both ways."""
    text = texts([a_license(modified=None)])[0]
    assert json.loads(text)["licenses"][0]["modified"] is None
    assert from_json(text, site="prod", now=NOW).licenses[0].modified is None


def test_a_license_without_a_user_is_no_candidate() -> None:
    """It has nobody to take it from; the error names it."""
    with pytest.raises(ValueError, match=f"license {guid(1)} has no user"):
        texts([a_license(has_user=False)])


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose local time is nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
def test_the_local_time_of_the_machine_does_not_matter() -> None:
    """Dates go out as UTC, and one without an offset is UTC."""
    raw = json.loads(texts([a_license()])[0])
    assert raw["expires_at"] == "2026-11-22T03:30:00Z"
    for last_used in ("2026-08-14T02:30:00", "2026-08-14T11:30:00+09:00"):
        message = from_json(with_license(last_used=last_used), site="prod", now=NOW)
        found = message.licenses[0].last_used
        assert found == days_ago(100)
        assert found.utcoffset() == timedelta(0)
