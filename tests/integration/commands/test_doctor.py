"""`doctor` against real servers, each of them broken in turn."""

import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.demo_leases import qlikview_settings
from local.demo_qms.accounts import ADMINISTRATOR, API
from local.demo_site import faults
from local.demo_site.accounts import Rights
from local.demo_site.certificates import make_pki
from local.demo_site.population import make_population
from local.demo_site.world import World
from local.doctor.examine import Patience, examine
from local.doctor.guard import guarded
from local.doctor.result import Result, Status, expiry
from shared.app import utc_now
from tests.demo_site_fixture import StartDemoSite
from tests.influxdb_fixture import InfluxDb
from tests.integration.commands.site_commands import SiteCommands, commands_of, fresh_world
from tests.qms_fixture import StartDemoQms, small_farm
from tests.unit.commands.command import shapes_of

CHECKS = [
    "settings file",
    "settings",
    "switches",
    "secret QLIK_SENSE__CLIENT_CERTIFICATE_FILE",
    "secret QLIK_SENSE__CLIENT_KEY_FILE",
    "secret QLIK_SENSE__ROOT_CERTIFICATE_FILE",
    "storage tables",
    "storage queue",
    "client certificate",
    "root certificate",
    "server certificate",
    "QRS",
    "rights",
    "clock",
    "site license",
    "InfluxDB",
    "webhook",
    "QlikView",
]


@dataclass(frozen=True)
class Examined:
    """The results of one run, by check."""

    code: int
    results: dict[str, tuple[str, str]]
    text: str

    def status(self, check: str) -> str:
        """How a check ended."""
        return self.results[check][0]

    def says(self, check: str) -> str:
        """What it said."""
        return self.results[check][1]

    def failed(self) -> list[str]:
        """The checks that failed."""
        return [check for check, (status, _) in self.results.items() if status == "failed"]


@pytest.fixture
def at_site(
    demo_site: StartDemoSite, azurite: Azurite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> SiteCommands:
    """Runs the doctor on a demo site."""
    return commands_of(demo_site(fresh_world()), azurite, tmp_path, capsys)


def look(at_site: SiteCommands) -> Examined:
    """Run it."""
    done = at_site("doctor", "--json")
    checks = done.json()["checks"]
    assert all(set(check) == shapes_of("doctor") for check in checks)
    results = {check["check"]: (check["status"], check["says"]) for check in checks}
    failed = any(status == "failed" for status, _ in results.values())
    assert done.code == (1 if failed else 0)
    return Examined(done.code, results, done.out + done.err)


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_healthy_site_passes_every_check(at_site: SiteCommands) -> None:
    """In their order; people get a line each."""
    found = look(at_site)
    assert list(found.results) == CHECKS
    statuses = {status for status, _ in found.results.values()}
    assert (found.code, statuses) == (0, {"ok", "skipped"})
    assert "INTERNAL\\sa_api" in found.says("QRS")
    assert "LICENSE_RELEASE__ENABLED" in found.says("switches")
    shown = at_site("doctor")
    assert [line.split()[0] for line in shown.out.splitlines()] == [
        status for status, _ in found.results.values()
    ]
    assert {entry.method for entry in at_site.site.log.entries()} == {"GET"}


def test_settings_that_are_wrong_do_not_hide_the_storage(at_site: SiteCommands) -> None:
    """It needs none of them."""
    at_site.set({"LICENSE_RELEASE__MAX_PER_RUN": "-1", "QLIK_SENSE__HOTS": "x"})
    found = look(at_site)
    assert found.failed() == ["settings"]
    assert "QLIK_SENSE__HOTS" in found.says("settings")
    assert found.status("storage tables") == "ok"
    assert found.status("Qlik Sense") == "skipped"


def test_a_doubtful_setting_is_a_warning(at_site: SiteCommands) -> None:
    """The app works with it."""
    at_site.set({"LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS": "2"})
    found = look(at_site)
    assert (found.code, found.status("settings")) == (0, "warning")


def test_storage_that_is_away_fails_alone(at_site: SiteCommands) -> None:
    """Both of its services."""
    port = closed_port()
    at_site.set(
        {
            "AzureWebJobsStorage": "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
            f"AccountKey=c2VjcmV0a2V5;QueueEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
            f"TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
        }
    )
    found = look(at_site)
    assert found.failed() == ["storage tables", "storage queue"]
    assert "c2VjcmV0a2V5" not in found.text


@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")
def test_a_wrong_key_to_the_storage_is_told(at_site: SiteCommands) -> None:
    """With the setting to look at, and without the key."""
    at_site.set({"AzureWebJobsStorage": at_site.storage.replace("Eby8vdM02", "Eby8vdM03")})
    found = look(at_site)
    assert found.failed() == ["storage tables", "storage queue"]
    assert "AzureWebJobsStorage" in found.says("storage tables")
    assert "Eby8" not in found.text


def test_without_storage_it_is_skipped(at_site: SiteCommands) -> None:
    """Commands on one machine do without."""
    at_site.set({"AzureWebJobsStorage": None})
    found = look(at_site)
    assert (found.code, found.status("storage")) == (0, "skipped")


def test_a_secret_that_is_missing_stops_only_what_needs_it(
    at_site: SiteCommands, tmp_path: Path
) -> None:
    """The other secrets are read, and the storage is looked at."""
    at_site.set({"QLIK_SENSE__CLIENT_KEY_FILE": str(tmp_path / "none.pem")})
    found = look(at_site)
    assert "secret QLIK_SENSE__CLIENT_KEY_FILE" in found.failed()
    assert found.status("secret QLIK_SENSE__ROOT_CERTIFICATE_FILE") == "ok"
    assert found.status("QRS") == "skipped"
    assert found.status("storage tables") == "ok"


def test_a_key_of_another_certificate_is_told(at_site: SiteCommands, tmp_path: Path) -> None:
    """Before anybody is asked."""
    other = make_pki().write(tmp_path / "other")
    at_site.set({"QLIK_SENSE__CLIENT_KEY_FILE": str(other.client_key)})
    found = look(at_site)
    assert found.failed() == ["client certificate"]
    assert "does not belong" in found.says("client certificate")


def test_a_root_of_another_site_is_told(at_site: SiteCommands, tmp_path: Path) -> None:
    """By the handshake, with the setting."""
    other = make_pki().write(tmp_path / "other")
    at_site.set({"QLIK_SENSE__ROOT_CERTIFICATE_FILE": str(other.root)})
    found = look(at_site)
    assert found.failed() == ["server certificate"]
    assert "QLIK_SENSE__ROOT_CERTIFICATE_*" in found.says("server certificate")


def test_a_certificate_of_another_name_tells_the_names_that_it_bears(
    at_site: SiteCommands,
) -> None:
    """So that one of them can be set."""
    at_site.set({"QLIK_SENSE__TLS_SERVER_NAME": "sense.example.com"})
    found = look(at_site)
    assert found.failed() == ["server certificate"]
    assert "It bears: " in found.says("server certificate")
    assert "127.0.0.1" in found.says("server certificate").partition("It bears")[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "sense.invalid"])
def test_a_server_that_is_not_there_is_told_once(at_site: SiteCommands, host: str) -> None:
    """What would ask it is skipped."""
    at_site.set({"QLIK_SENSE__HOST": host, "QLIK_SENSE__PORT": str(closed_port())})
    found = look(at_site)
    assert found.failed() == ["server certificate"]
    assert "QLIK_SENSE__HOST" in found.says("server certificate")
    assert {found.status(x) for x in ("QRS", "rights", "clock", "site license")} == {"skipped"}


def test_a_certificate_of_another_site_is_refused_by_the_server(
    at_site: SiteCommands, tmp_path: Path
) -> None:
    """Which says so, at the latest, when it is asked."""
    other = make_pki().write(tmp_path / "other")
    at_site.set(
        {
            "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": str(other.client),
            "QLIK_SENSE__CLIENT_KEY_FILE": str(other.client_key),
        }
    )
    found = look(at_site)
    assert len(found.failed()) == 1
    assert found.failed()[0] in {"server certificate", "QRS"}
    assert "QLIK_SENSE__CLIENT_CERTIFICATE_*" in found.says(found.failed()[0])


def test_an_account_that_sees_less_is_told(at_site: SiteCommands) -> None:
    """Too few licenses: nothing could be planned."""
    at_site.set({"QLIK_SENSE__USER": "LAB\\somebody"})
    found = look(at_site)
    assert found.failed() == ["rights"]
    assert "docs/qrs-account.md" in found.says("rights")


def test_users_that_are_hidden_are_a_warning(at_site: SiteCommands) -> None:
    """Their licenses are kept."""
    at_site.site.accounts.grant("LAB\\reader", Rights(users_of=frozenset({"LAB"})))
    at_site.set({"QLIK_SENSE__USER": "LAB\\reader"})
    found = look(at_site)
    assert (found.code, found.status("rights")) == (0, "warning")
    assert "are hidden from it" in found.says("rights")


def test_a_login_page_in_the_place_of_qrs_is_told(at_site: SiteCommands) -> None:
    """What comes after it is skipped."""
    at_site.site.faults.inject(faults.html_page())
    found = look(at_site)
    assert found.failed() == ["QRS"]
    assert found.status("rights") == "skipped"


def test_one_path_that_is_broken_fails_its_own_check(at_site: SiteCommands) -> None:
    """The others go on."""
    at_site.site.faults.inject(faults.status(400), path="/qrs/license")
    found = look(at_site)
    assert found.failed() == ["site license"]
    assert found.status("rights") == "ok"


@pytest.mark.parametrize(
    ("ahead", "status"), [(timedelta(minutes=2), "warning"), (timedelta(minutes=10), "failed")]
)
def test_clocks_that_differ_are_told(
    demo_site: StartDemoSite,
    azurite: Azurite,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    ahead: timedelta,
    status: str,
) -> None:
    """A warning, or a failure where no plan would be made."""
    contents = make_population(60, seed=1, now=utc_now())
    world = World(contents, clock=lambda: utc_now() + ahead)
    found = look(commands_of(demo_site(world), azurite, tmp_path, capsys))
    assert found.status("clock") == status


def test_influxdb_is_tried_without_writing(
    at_site: SiteCommands, influxdb: InfluxDb, tmp_path: Path
) -> None:
    """The token and the bucket are taken or not, and the token is never shown."""
    token = tmp_path / "token"
    token.write_text(influxdb.token)
    given = {
        "INFLUXDB__URL": influxdb.url,
        "INFLUXDB__ORG": influxdb.org,
        "INFLUXDB__BUCKET": influxdb.bucket,
        "INFLUXDB__TOKEN_FILE": str(token),
    }
    at_site.set(given)
    assert look(at_site).status("InfluxDB") == "ok"
    at_site.set({"INFLUXDB__BUCKET": "no-such-bucket"})
    assert "INFLUXDB__BUCKET" in look(at_site).says("InfluxDB")
    token.write_text("wrong-token-0815")
    found = look(at_site)
    assert found.failed() == ["InfluxDB"]
    assert "wrong-token-0815" not in found.text
    at_site.set({"INFLUXDB__URL": f"http://127.0.0.1:{closed_port()}"})
    assert look(at_site).failed() == ["InfluxDB"]


def test_the_webhook_is_reached_and_nothing_is_posted(
    at_site: SiteCommands, tmp_path: Path
) -> None:
    """Its address is a secret, and stays one."""
    address = tmp_path / "webhook.url"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        address.write_text(f"http://127.0.0.1:{port}/hush-hush?sig=0815")
        at_site.set({"WEBHOOK__URL_FILE": str(address)})
        found = look(at_site)
        assert found.status("webhook") == "ok"
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(1000) == b""
    gone = look(at_site)
    assert gone.failed() == ["webhook"]
    assert "hush" not in found.text + gone.text
    assert str(port) not in gone.says("webhook")


def test_qlikview_is_asked_for_what_reading_leases_takes(
    at_site: SiteCommands, demo_qms: StartDemoQms, tmp_path: Path
) -> None:
    """Each of the two groups is named when it is missing."""
    qms = demo_qms(small_farm("ACME\\anna"))
    at_site.set(qlikview_settings(qms, tmp_path / "qlikview.password"))
    assert "QVS@qvs01" in look(at_site).says("QlikView")
    for group in (ADMINISTRATOR, API):
        qms.accounts.leave(qms.user, group)
        found = look(at_site)
        assert found.failed() == ["QlikView"]
        assert group in found.says("QlikView")
        assert qms.password not in found.text


async def test_a_server_that_never_answers_is_given_up_and_the_others_are_not(
    at_site: SiteCommands, tmp_path: Path
) -> None:
    """After the time that a check may take."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at_site.set({"QLIK_SENSE__PORT": str(silent.getsockname()[1])})
        results = await examine(at_site.file, utc_now(), Patience(usual=1.5))
    found = {result.check: result for result in results}
    assert found["server certificate"].status is Status.FAILED
    assert found["storage tables"].status is Status.OK
    assert found["QRS"].status is Status.SKIPPED


async def test_a_check_that_breaks_is_told_without_its_words() -> None:
    """They might quote a secret."""

    async def breaks() -> list[Result]:
        raise ValueError("token=0815")

    (result,) = await guarded("mine", breaks, 1)
    assert (result.check, result.status) == ("mine", Status.FAILED)
    assert "ValueError" in result.says
    assert "0815" not in result.says


@pytest.mark.parametrize(
    ("days", "status"),
    [(-1, Status.FAILED), (0.5, Status.WARNING), (30, Status.WARNING), (31, Status.OK)],
)
def test_what_expires_warns_in_time(days: float, status: Status) -> None:
    """And fails when it is over."""
    now = utc_now()
    result = expiry("it", "It", now + timedelta(days=days), now, 30, "Do something.")
    assert result.status is status
    assert ("Do something." in result.says) is (status is not Status.OK)
