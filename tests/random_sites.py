"""Random populations and policies for properties: QRS's JSON, and configs of the seed's shape."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
NEVER = "1753-01-01T00:00:00.000Z"
DIRECTORIES = ("LAB", "Internal", "ADMIN", "Grün")
USER_IDS = ("sa_repository", "anna", "Bjørn", "qs_admin_account")
TAGS = ("License do not release", "some other tag", "vip")
NAMES, VALUES = ("LicenseManage", "Other"), ("do-not-release", "yes")


def in_some_case(words: tuple[str, ...]) -> st.SearchStrategy[str]:
    """One of the words in lower, upper, or its own case."""
    cases = st.sampled_from((str.lower, str.upper, str))
    return st.builds(lambda word, case: case(word), st.sampled_from(words), cases)


def iso(moment: datetime) -> str:
    """A moment as QRS writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@st.composite
def moments(draw: st.DrawFn) -> str:
    """A moment of the last 70 days, often right at a day's edge to the millisecond."""
    days = draw(st.integers(0, 70))
    millis = draw(st.sampled_from((-1, 0, 1, 12_345_678)))
    return iso(NOW - timedelta(days=days, milliseconds=millis))


@st.composite
def users(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """One user with everything that a rule looks at."""
    properties = draw(st.lists(st.tuples(in_some_case(NAMES), in_some_case(VALUES)), max_size=2))
    return {
        "id": str(UUID(int=10_000 + number)),
        "userDirectory": draw(in_some_case(DIRECTORIES)),
        "userId": draw(in_some_case(USER_IDS)),
        "name": "Somebody",
        "inactive": draw(st.booleans()),
        "blacklisted": draw(st.booleans()),
        "removedExternally": draw(st.booleans()),
        "tags": [
            {"id": str(UUID(int=1)), "name": name}
            for name in draw(st.lists(in_some_case(TAGS), max_size=2))
        ],
        "customProperties": [
            {"id": str(UUID(int=2)), "value": value, "definition": {"name": name}}
            for name, value in properties
        ],
    }


@st.composite
def licenses(draw: st.DrawFn, number: int, user: dict[str, Any]) -> dict[str, Any]:
    """One access license of a user; sometimes without a user, in quarantine, or never used."""
    has_user = draw(st.integers(0, 9)) > 0
    reference = {name: user[name] for name in ("id", "userId", "userDirectory", "name")}
    return {
        "id": str(UUID(int=number)),
        "createdDate": draw(moments()),
        "modifiedDate": draw(moments()),
        "user": reference if has_user else None,
        "lastUsed": draw(st.one_of(moments(), st.just(NEVER))),
        "excess": False,
        "quarantined": draw(st.integers(0, 9)) == 0,
        "quarantineEnd": NEVER,
    }


@st.composite
def sites(draw: st.DrawFn) -> tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]]]:
    """Licenses of both types by type, and the users that can be seen."""
    count = draw(st.integers(0, 12))
    everybody = [draw(users(number)) for number in range(count)]
    rows: dict[str, list[dict[str, Any]]] = {"analyzer": [], "professional": []}
    for number, user in enumerate(everybody):
        license_type = draw(st.sampled_from(sorted(rows)))
        rows[license_type].append(draw(licenses(number + 1, user)))
    visible = [user for user in everybody if draw(st.integers(0, 9)) > 0]
    return rows, visible


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """A `licenseRelease` block."""
    flag = st.sampled_from(("Ignore", "ignore", "Yes", "yes", "No", "NO"))
    seldom_flag = st.one_of(st.just("Ignore"), st.just("Ignore"), flag)
    protected_user = st.fixed_dictionaries(
        {"userDir": in_some_case(DIRECTORIES), "userId": in_some_case(USER_IDS)}
    )
    protected_property = st.fixed_dictionaries(
        {"name": in_some_case(NAMES), "value": in_some_case(VALUES)}
    )
    license_type = st.fixed_dictionaries(
        {"enable": st.booleans(), "releaseThresholdDays": st.integers(0, 60)}
    )
    return draw(
        st.fixed_dictionaries(
            {
                "neverRelease": st.fixed_dictionaries(
                    {
                        "user": st.lists(protected_user, max_size=2),
                        "tag": st.lists(in_some_case(TAGS), max_size=2),
                        "customProperty": st.lists(protected_property, max_size=2),
                        "userDirectory": st.lists(in_some_case(DIRECTORIES), max_size=1),
                        "inactive": seldom_flag,
                        "blocked": seldom_flag,
                        "removedExternally": seldom_flag,
                    }
                ),
                "licenseType": st.fixed_dictionaries(
                    {"analyzer": license_type, "professional": license_type}
                ),
            }
        )
    )
