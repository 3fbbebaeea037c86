"""InfluxDbWriter against a real InfluxDB: what arrives is what was meant."""

import string
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from shared.adapters.influxdb import InfluxDbWriter
from shared.adapters.line_protocol import to_line
from shared.domain.errors import PointsError
from shared.domain.model import AccessTypeOverview, LicensePool, LicenseType, UsageSnapshot
from shared.domain.points import Point, usage_points
from tests.influxdb_fixture import InfluxDb
from tests.influxdb_gate.gate import refusal
from tests.integration.influxdb.points import ALL_RELEASES, COUNT_RELEASES, NOW, release, releases

ODD_ACCOUNTS = [
    "CORP\\anna",
    "CORP\\new\\tab\\read",
    "CORP\\ leading space",
    "trailing space ",
    "CORP\\,comma",
    "CORP\\=equals",
    "CORP\\\\two backslashes",
    'quo"te',
    "'single'",
    "#comment",
    "a=b,c d",
    "Zoë Ångström",
    "田中さん",
    "👩🏽‍🚀",
    "e\u0301 and é",
    "no\u00a0break\u2028line",
    "right\u202eleft",
    "$1 %s {0} ;--",
    "1",
    "true",
    "=",
    ",",
]


@pytest.fixture
async def writer(influxdb: InfluxDb) -> AsyncIterator[InfluxDbWriter]:
    """A writer to the fresh bucket that does not wait long between tries."""
    writer = InfluxDbWriter(
        influxdb.url, influxdb.token, influxdb.org, influxdb.bucket, first_pause=0.01
    )
    yield writer
    await writer.close()


def field_types(influxdb: InfluxDb) -> dict[object, object]:
    """The type that the engine keeps for each field of the bucket."""
    return {row["fieldKey"]: row["fieldType"] for row in influxdb.query("SHOW FIELD KEYS")}


def write_raw(influxdb: InfluxDb, line: str) -> None:
    """Write a line as another program would, past our own writer."""
    answer = httpx.post(
        f"{influxdb.url}/api/v2/write",
        params={"org": influxdb.org, "bucket": influxdb.bucket},
        headers={"Authorization": f"Token {influxdb.token}"},
        content=line.encode(),
    )
    assert answer.status_code == 204, answer.text


def usage(allocated: int = 80) -> list[Point]:
    """The points of a collection at a site with professional licenses."""
    pool = LicensePool(
        enabled=True, total=100, allocated=allocated, used=60, quarantined=5, excess=0, available=15
    )
    overview = AccessTypeOverview(pools={LicenseType.PROFESSIONAL: pool})
    return usage_points(UsageSnapshot("Demo", NOW, overview, None, ""), {})


async def test_a_release_arrives_whole(influxdb: InfluxDb, writer: InfluxDbWriter) -> None:
    """A point is stored with its tags, its field and its time to the microsecond."""
    await writer.write([release()])
    assert influxdb.query(ALL_RELEASES) == [
        {
            "time": (int(NOW.timestamp()) * 1_000_000 + 123_456) * 1000,
            "days_since_last_use": 31,
            "env": "test",
            "license_type": "analyzer",
            "site": "Demo",
            "user": "CORP\\anna",
        }
    ]


async def test_writing_a_release_again_overwrites_it(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """The same release is one point however often it is written; another moment is another."""
    for _ in range(3):
        await writer.write([release(days=31), release(days=31)])
    await writer.write([release(at=NOW + timedelta(microseconds=1))])
    rows = influxdb.query(ALL_RELEASES)
    assert [row["days_since_last_use"] for row in rows] == [31, 31]


async def test_odd_characters_in_accounts_survive(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """Accounts come back as they were: spaces, commas, backslashes, any script."""
    accounts = {*ODD_ACCOUNTS, *(f"x{c}\\{c}y" for c in string.punctuation)}
    await writer.write([release(account) for account in accounts])
    rows = influxdb.query(ALL_RELEASES)
    assert {row["user"] for row in rows} == accounts
    assert len(rows) == len(accounts)


async def test_odd_names_and_texts_survive(influxdb: InfluxDb, writer: InfluxDbWriter) -> None:
    """Tag and field names and text fields keep their characters."""
    text = 'back\\slash "quoted", a=b ends in \\'
    point = Point(
        "odd", {"a, b=c": "x", "über": "ä"}, {"f, g=h": text, "yes": True, "no": False}, NOW
    )
    await writer.write([point])
    (row,) = influxdb.query("SELECT * FROM odd")
    assert (
        row.items()
        >= {"a, b=c": "x", "über": "ä", "f, g=h": text, "yes": True, "no": False}.items()
    )


@pytest.mark.parametrize(
    ("account", "says"),
    [
        ("CORP\\", "ends in a backslash"),
        ("CORP\\anna\n", "line break"),
        ("CORP\\an\rna", "line break"),
        ("CORP\\an\tna", "control character"),
        ("CORP\\an\x00na", "control character"),
        ("CORP\\an\ud800na", "control character"),
    ],
)
async def test_what_line_protocol_cannot_carry_is_refused_and_the_rest_written(
    influxdb: InfluxDb, writer: InfluxDbWriter, account: str, says: str
) -> None:
    """A tag that would arrive as another one is named in the error; the other points arrive."""
    with pytest.raises(PointsError, match=says):
        await writer.write([release(), release(account), release("CORP\\zoe")])
    users = {row["user"] for row in influxdb.query(ALL_RELEASES)}
    assert users == {"CORP\\anna", "CORP\\zoe"}


async def test_the_traps_of_line_protocol_are_real(influxdb: InfluxDb) -> None:
    """What the library makes of such tags is another value: refusing them isn't overdone."""
    from influxdb_client.client.write.point import Point as Line

    for account in ("CORP\\", "CORP\\anna\nbert"):
        line = Line.from_dict({"measurement": "m", "tags": {"user": account}, "fields": {"a": 1.0}})
        write_raw(influxdb, line.to_line_protocol())
    users = {row["user"] for row in influxdb.query("SELECT * FROM m")}
    assert users == {"CORP ", "CORP\\anna\\nbert"}


async def test_fields_stay_floats_after_many_writes(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """Whole and broken numbers, of any size, never change a field's type."""
    for number, days in enumerate([31, 31.0, 30.5, 0, 1e21, 1e-9, -2.0, 123456789012]):
        await writer.write([release(days=days, at=NOW + timedelta(seconds=number))])
        await writer.write(usage(allocated=number))
    types = field_types(influxdb)
    assert set(types.values()) == {"float"}
    assert len(types) == 7
    rows = influxdb.query(ALL_RELEASES)
    assert [row["days_since_last_use"] for row in rows] == [
        31, 31, 30.5, 0, 1e21, 1e-9, -2, 123456789012,
    ]  # fmt: skip


async def test_an_int_that_slipped_into_a_point_is_written_as_a_float(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """A type checker lets an int pass for a float; the field is a float all the same."""
    await writer.write([replace(release(), fields={"days_since_last_use": 31})])
    assert field_types(influxdb) == {"days_since_last_use": "float"}


async def test_points_go_beside_butlers(influxdb: InfluxDb, writer: InfluxDbWriter) -> None:
    """Numbers that Butler wrote without a point (`5`) are floats, and ours don't conflict."""
    write_raw(influxdb, "qlik_sense_license,license_type=professional allocated=5,used=4.5,total=9")
    await writer.write(usage())
    rows = influxdb.query('SELECT allocated FROM "qlik_sense_license"')
    assert sorted(str(row["allocated"]) for row in rows) == ["5", "80"]


async def test_a_type_conflict_names_the_field_and_the_rest_is_written(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """A field that another program made an integer is named, and nothing else is lost."""
    stamp = to_line(release()).rpartition(" ")[2]
    write_raw(influxdb, f"qlik_sense_license,license_type=professional allocated=5i {stamp}")
    with pytest.raises(
        PointsError, match=r"rejected points.*allocated.*is type float.*another bucket"
    ):
        await writer.write([*usage(), release()])
    assert len(influxdb.query(ALL_RELEASES)) == 1


async def test_batches_after_a_rejected_one_are_written(influxdb: InfluxDb) -> None:
    """One batch with a conflict costs its own point, not the thousands that follow."""
    stamp = to_line(release()).rpartition(" ")[2]
    write_raw(influxdb, f"qlik_sense_license,license_type=professional allocated=5i {stamp}")
    writer = InfluxDbWriter(
        influxdb.url, influxdb.token, influxdb.org, influxdb.bucket, batch_lines=10
    )
    with pytest.raises(PointsError, match="allocated"):
        await writer.write([*usage(), *releases(95)])
    await writer.close()
    assert influxdb.query(COUNT_RELEASES)[0]["count_days_since_last_use"] == 95


async def test_a_tag_that_the_engine_keeps_for_itself_is_told(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """A static tag named `time` is the engine's to refuse, and its words reach the operator."""
    with pytest.raises(PointsError, match=r"rejected points.*time"):
        await writer.write([replace(release(), tags={"time": "now"})])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"token": "no"}, "refused the token.*INFLUXDB__TOKEN_SECRET"),
        ({"bucket": "no"}, 'bucket "no" not found.*INFLUXDB__BUCKET'),
        ({"org": "no"}, 'organization name "no" not found.*INFLUXDB__ORG'),
    ],
)
async def test_wrong_settings_are_told_apart(
    influxdb: InfluxDb, wrong: dict[str, str], says: str
) -> None:
    """A wrong token, bucket or organization is one error that names the setting to correct."""
    right = {"token": influxdb.token, "org": influxdb.org, "bucket": influxdb.bucket}
    given = right | wrong
    writer = InfluxDbWriter(influxdb.url, given["token"], given["org"], given["bucket"])
    with pytest.raises(PointsError, match=says):
        await writer.write([release()])
    await writer.close()
    assert len(influxdb.gate.requests) == 1
    assert influxdb.query(ALL_RELEASES) == []


async def test_points_survive_a_server_that_is_busy_at_first(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """After 503 and 429 the points arrive, once."""
    influxdb.gate.answers += [refusal(503, "unavailable", "later"), refusal(429, "x", "slow", "0")]
    await writer.write([release()])
    assert len(influxdb.gate.requests) == 3
    assert len(influxdb.query(ALL_RELEASES)) == 1


async def test_a_hundred_thousand_points_are_split_and_all_arrive(
    influxdb: InfluxDb, writer: InfluxDbWriter
) -> None:
    """A write of any size goes in requests that proxies take, and nothing is missing."""
    await writer.write(releases(100_000))
    (row,) = influxdb.query(COUNT_RELEASES)
    assert row["count_days_since_last_use"] == 100_000
    assert len(influxdb.gate.requests) == 50
    assert max(len(request.body) for request in influxdb.gate.requests) < 1_000_000
