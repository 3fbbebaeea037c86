import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.demo_site_fixture import XRFKEY


def _settings(lines: list[str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in lines if line.startswith("QLIK_SENSE__"))


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_alone_until_it_is_stopped(tmp_path: Path, end: signal.Signals) -> None:
    """It prints the settings that reach it, serves, and ends with 0 on Ctrl-C."""
    command = [sys.executable, "-m", "local.demo_site", "--users", "50", "--port", "0"]
    command += ["--certificates", str(tmp_path), "--virtual-proxy", "jwt"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        lines: list[str] = []
        while not (lines and "accesstypeoverview" in lines[-1]):
            line = process.stdout.readline()
            assert line, "the site ended early"
            lines.append(line.strip())
        settings = _settings(lines)
        context = ssl.create_default_context(cafile=settings["QLIK_SENSE__ROOT_CERTIFICATE_FILE"])
        context.load_cert_chain(
            settings["QLIK_SENSE__CLIENT_CERTIFICATE_FILE"],
            settings["QLIK_SENSE__CLIENT_KEY_FILE"],
        )
        answer = httpx.get(
            f"https://{settings['QLIK_SENSE__HOST']}:{settings['QLIK_SENSE__PORT']}/qrs/user/count",
            params={"xrfkey": XRFKEY},
            headers={
                "X-Qlik-Xrfkey": XRFKEY,
                "X-Qlik-User": "UserDirectory=INTERNAL; UserId=sa_api",
            },
            verify=context,
        )
        assert answer.json() == {"value": 50}
        process.send_signal(end)
        assert process.wait(30) == 0


def test_it_says_what_is_wrong(tmp_path: Path) -> None:
    """Too few users: one line, no traceback, exit code 1."""
    command = [sys.executable, "-m", "local.demo_site", "--users", "1", "--port", "0"]
    command += ["--certificates", str(tmp_path)]
    ended = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.strip() == "a population has at least 4 users, not 1"
