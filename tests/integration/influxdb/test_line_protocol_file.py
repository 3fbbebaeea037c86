"""LineProtocolFile: whole lines whatever happens, and the same points as InfluxDbWriter."""

import asyncio
import re
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from shared.adapters.influxdb import InfluxDbWriter
from shared.adapters.line_protocol import to_line
from shared.adapters.line_protocol_file import LineProtocolFile
from shared.domain.errors import PointsError
from tests.influxdb_fixture import InfluxDb
from tests.integration.influxdb.points import ALL_RELEASES, release, releases

WHOLE_LINE = re.compile(
    r"qlik_sense_license_release,env=test,license_type=analyzer,site=Demo,user=CORP\\user\\ \d+ "
    r"days_since_last_use=\d+ \d{19}"
)
WRITE_FOREVER = """
import asyncio, sys
from pathlib import Path
from shared.adapters.line_protocol_file import LineProtocolFile
from tests.integration.influxdb.points import releases
points = releases(20_000)
while True:
    asyncio.run(LineProtocolFile(Path(sys.argv[1])).write(points))
    print("written", flush=True)
"""
WRITE_TO_A_FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from shared.adapters.line_protocol_file import LineProtocolFile
from shared.domain.errors import PointsError
from tests.integration.influxdb.points import releases
file = LineProtocolFile(Path(sys.argv[1]))
asyncio.run(file.write(releases(10)))
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    asyncio.run(file.write(releases(1000)))
except PointsError as error:
    print(error)
asyncio.run(file.write(releases(10)))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that isn't there yet, in a folder that isn't either."""
    return tmp_path / "new" / "points.lp"


def lines_of(path: Path) -> list[str]:
    """The lines of a file, which must end with a line's end."""
    text = path.read_text()
    assert text.endswith("\n")
    return text.splitlines()


def leave_behind(path: Path, torn: str) -> None:
    """Add the beginning of a line to a file, as a crash does."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(torn)


def write_until_killed(path: Path) -> None:
    """Have another process write all the time, and kill it after its first write."""
    command = [sys.executable, "-c", WRITE_FOREVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603 - our own code
        assert child.stdout
        assert child.stdout.readline() == b"written\n"
        child.kill()


async def test_points_are_appended_a_line_each(path: Path) -> None:
    """Every write, also of another writer, adds its lines after those that are there."""
    points = releases(5)
    await LineProtocolFile(path).write(points[:2])
    await LineProtocolFile(path).write(points[2:])
    assert lines_of(path) == [to_line(point) for point in points]


def test_only_the_owner_may_read_the_file(path: Path) -> None:
    """The file names people, so others have no rights to it."""
    asyncio.run(LineProtocolFile(path).write([release()]))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_to_write_makes_no_file(path: Path) -> None:
    """Without points there is no empty file to wonder about."""
    asyncio.run(LineProtocolFile(path).write([]))
    assert not path.exists()


async def test_points_that_cannot_be_written_are_told_and_the_rest_kept(path: Path) -> None:
    """A point that line protocol can't carry is an error; its neighbours are in the file."""
    bad = [release(f"CORP{number}\\") for number in range(5)]
    with pytest.raises(PointsError, match=r"CORP0.*CORP2.*\(and 2 more\)"):
        await LineProtocolFile(path).write([release(), *bad, release("CORP\\zoe")])
    assert len(lines_of(path)) == 2


async def test_the_rest_of_a_torn_line_is_cut_off(path: Path) -> None:
    """Half a line that a crash left is gone after the next write, whatever its length."""
    file = LineProtocolFile(path)
    for torn in ("half", "x" * 200_000):
        await file.write([release()])
        leave_behind(path, torn)
    await file.write([release()])
    assert lines_of(path) == [to_line(release())] * 3


async def test_a_file_of_nothing_but_a_torn_line_is_begun_anew(path: Path) -> None:
    """Without one whole line, nothing of the file is kept."""
    leave_behind(path, "qlik_sense_lic")
    await LineProtocolFile(path).write([release()])
    assert lines_of(path) == [to_line(release())]


async def test_a_killed_writer_leaves_whole_lines(path: Path) -> None:
    """Killed in the middle, again and again, the file holds whole lines after the next write."""
    for _ in range(4):
        write_until_killed(path)
    await LineProtocolFile(path).write(releases(1))
    lines = lines_of(path)
    assert len(lines) > 80_000
    assert [line for line in lines if not WHOLE_LINE.fullmatch(line)] == []


def test_a_full_disk_is_told_and_leaves_whole_lines(path: Path) -> None:
    """What did not fit leaves no trace, the error says what to do, and later writes go on."""
    command = [sys.executable, "-c", WRITE_TO_A_FULL_DISK, str(path)]
    output = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - ours
    assert re.search(r"points\.lp can't be written \(File too large\); make room", output.stdout)
    lines = lines_of(path)
    assert len(lines) == 20
    assert all(WHOLE_LINE.fullmatch(line) for line in lines)


async def test_a_path_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder in the place of the file is one clear error that names it."""
    with pytest.raises(PointsError, match=f"{re.escape(str(tmp_path))} can't be written"):
        await LineProtocolFile(tmp_path).write([release()])


async def test_many_tasks_share_a_file(path: Path) -> None:
    """Writes at the same time don't mix their lines."""
    file = LineProtocolFile(path)
    await asyncio.gather(*(file.write(releases(50)) for _ in range(20)))
    assert sorted(lines_of(path)) == sorted([to_line(point) for point in releases(50)] * 20)


async def test_the_file_makes_the_same_points_as_the_writer(path: Path, influxdb: InfluxDb) -> None:
    """Sent to the same bucket in `influx write`'s default precision, the file changes nothing."""
    points = [*releases(50), release("CORP\\ odd, a=b \u00e9")]
    writer = InfluxDbWriter(influxdb.url, influxdb.token, influxdb.org, influxdb.bucket)
    await writer.write(points)
    await writer.close()
    direct = influxdb.query(ALL_RELEASES)
    assert len(direct) == len(points)
    await LineProtocolFile(path).write(points)
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{influxdb.url}/api/v2/write",
            params={"org": influxdb.org, "bucket": influxdb.bucket},
            headers={"Authorization": f"Token {influxdb.token}"},
            content="\n".join(lines_of(path)).encode(),
        )
    assert answer.status_code == 204
    assert influxdb.query(ALL_RELEASES) == direct
