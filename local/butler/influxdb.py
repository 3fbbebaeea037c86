"""Where points are written: Butler's block `influxDb` in the forms of InfluxDB 1, 2 and 3."""

from local.butler.differences import INFLUXDB_1, POINTS, RELEASE_POINTS
from local.butler.draft import Draft, NeededSecret
from local.butler.section import Section
from local.butler.tags import read_tags

_MOST_PORT = 65_535
_TOKEN_FILE = "certificates/influxdb.token"  # noqa: S105 - where it is, not what it is


def read_influxdb(butler: Section, draft: Draft) -> None:
    """Carry InfluxDB over, if anything about licenses was written to it."""
    influxdb = butler.section("influxDb")
    read_tags(influxdb, "STATIC_TAGS", draft)
    if not influxdb.switch("enable"):
        draft.left_out.append("InfluxDB: influxDb.enable is not true; no points are written")
        return
    if not _is_written_to(butler.section("qlikSenseLicense")):
        draft.left_out.append(
            "InfluxDB: Butler wrote nothing about licenses to it (all destinations are off); give "
            "the INFLUXDB__ settings if you want points"
        )
        return
    _read_address(influxdb, draft)
    version = influxdb.number("version", 1, 3)
    # Missing means 1, as in Butler, whose forms before 15.1 know no version.
    {2: _version_2, 3: _version_3}.get(version or 1, _version_1)(influxdb, draft)
    draft.differences += [POINTS, RELEASE_POINTS]


def _is_written_to(licenses: Section) -> bool:
    """Release points went to InfluxDB whatever their own switch said."""
    monitors = ("licenseMonitor", "serverLicenseMonitor")
    release = licenses.section("licenseRelease")
    return release.switch("enable") or any(
        section.switch("enable")
        and section.section("destination").section("influxDb").switch("enable")
        for section in map(licenses.section, monitors)
    )


def _read_address(influxdb: Section, draft: Draft) -> None:
    host = influxdb.text("hostIP")
    port = influxdb.number("hostPort", 1, _MOST_PORT) or 8086
    if host is None and not influxdb.has("hostIP"):
        influxdb.wrong("hostIP", "is missing, and influxDb.enable is true")
    draft.put("INFLUXDB__URL", host and f"http://{host}:{port}", influxdb, "hostIP")


def _version_1(influxdb: Section, draft: Draft) -> None:
    nested = influxdb.section("v1Config")
    section = nested if nested.given else influxdb
    _bucket(section, "dbName", draft)
    if section.section("auth").switch("enable"):
        fill = f"username:password of {section.key('auth')}"
    else:
        fill = "any text, such as -:-, because InfluxDB asks for no login"
    _token(fill, draft)
    draft.differences.append(INFLUXDB_1)


def _version_2(influxdb: Section, draft: Draft) -> None:
    section = influxdb.section("v2Config")
    draft.put("INFLUXDB__ORG", section.text("org"), section, "org")
    _bucket(section, "bucket", draft)
    _token(f"the token of {section.key('token')}", draft)


def _version_3(influxdb: Section, draft: Draft) -> None:
    section = influxdb.section("v3Config")
    _bucket(section, "database", draft)
    _token(f"the token of {section.key('token')}", draft)


def _bucket(section: Section, key: str, draft: Draft) -> None:
    name = section.text(key)
    if name is None and not section.has(key):
        section.wrong(key, "is missing, and influxDb.enable is true")
    draft.put("INFLUXDB__BUCKET", name, section, key)


def _token(fill: str, draft: Draft) -> None:
    draft.secrets.append(NeededSecret("INFLUXDB__TOKEN", "influxdb-token", _TOKEN_FILE, fill))
