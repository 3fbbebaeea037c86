"""Starting and stopping the demo QMS, by itself and by `python -m local.demo_qms`."""

import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from local.demo_qms.service import DemoQms
from local.demo_site.tls_server import DemoSiteError
from tests.qms_fixture import NtlmLegs, QmsCaller, StartDemoQms, all_named, small_farm

TYPES = "<serviceTypes>QlikViewServer</serviceTypes>"
COMMAND = [sys.executable, "-m", "local.demo_qms"]


def _settings(lines: list[str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in lines if line.startswith("QLIKVIEW__"))


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_alone_until_it_is_stopped(tmp_path: Path, end: signal.Signals) -> None:
    """It prints settings and a curl command that reach it, and ends with 0 on Ctrl-C."""
    options = ["--users", "40", "--port", "0", "--password-file", str(tmp_path / "password")]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        lines: list[str] = []
        while not (lines and lines[-1].startswith("'http")):
            line = process.stdout.readline()
            assert line, "it ended early"
            lines.append(line.strip())
        settings = _settings(lines)
        assert settings["QLIKVIEW__API"] == "12.7"
        file = Path(settings["QLIKVIEW__PASSWORD_FILE"])
        assert file.stat().st_mode & 0o077 == 0
        auth = NtlmLegs(settings["QLIKVIEW__USER"], file.read_text(encoding="utf-8"))
        assert httpx.post(settings["QLIKVIEW__URL"], auth=auth).status_code == 415
        if shutil.which("curl"):
            start = next(n for n, line in enumerate(lines) if line.startswith("curl"))
            curl = "\n".join(lines[start:])
            shown = subprocess.run(  # noqa: S603
                ["/bin/sh", "-c", curl], capture_output=True, text=True, timeout=60, check=True
            )
            assert "GetTimeLimitedServiceKeyResult" in shown.stdout
        process.send_signal(end)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--version", "13.1"], "version is 11.N or 12.NN, e.g. 11.20 or 12.70, not 13.1"),
        (["--servers", "0"], "a farm has at least one Citrix server and one day of logons"),
    ],
)
def test_it_says_what_is_wrong(options: list[str], error: str) -> None:
    """One line, no traceback, exit code 1."""
    ended = subprocess.run(  # noqa: S603
        [*COMMAND, "--port", "0", *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr.strip()) == (1, error)


def test_it_can_not_listen_twice_on_one_port(demo_qms: StartDemoQms) -> None:
    """One clear error that names the address."""
    first = demo_qms()
    starting = DemoQms.start(world=small_farm(), port=first.port)
    with pytest.raises(DemoSiteError, match=f"can't listen on 127.0.0.1:{first.port}"), starting:
        pass


def test_it_stops_with_open_connections(demo_qms: StartDemoQms) -> None:
    """A client that keeps its connection does not hold it up, and finds nobody afterwards."""
    with DemoQms.start(world=small_farm()) as qms:
        caller = QmsCaller(qms)
        caller.key()
    with caller, pytest.raises(httpx.TransportError):
        caller.key()


def test_it_has_a_farm_when_it_is_given_no_world() -> None:
    """Of the version that was asked for: an 11.20 has quarantines of a day at most."""
    with DemoQms.start(version="11.20") as qms:
        removed = [c for s in qms.world.servers() for c in qms.world.cal_list(s.id).removed]
        ends = [cal.quarantined_until for cal in removed if cal.quarantined_until is not None]
        assert len(ends) == len(removed) > 5
        assert max(ends) <= qms.world.now() + timedelta(days=1)
        with QmsCaller(qms, api="11") as caller:
            assert len(all_named(caller.call("GetServices", TYPES), "ServiceInfo")) == 3
