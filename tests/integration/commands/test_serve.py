"""`serve` as somebody runs it: timers, the queue and HTTP until Ctrl-C."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.azurite import Azurite
from shared.domain.plan import PlanStatus
from tests.demo_site_fixture import StartDemoSite
from tests.integration.commands.site_commands import SiteCommands, commands_of, fresh_world

APP = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    """A running `serve`."""

    process: subprocess.Popen[str]
    api: str
    key: str
    timers: dict[str, str]

    def call(self, path: str, method: str = "GET", **more: Any) -> httpx.Response:  # noqa: ANN401
        """Call it with the key."""
        headers = {"x-functions-key": self.key, **more.pop("headers", {})}
        url = f"{self.api.removesuffix('/api')}{path}"
        return httpx.request(method, url, headers=headers, timeout=60, **more)

    def stop(self) -> tuple[int, str]:
        """Ctrl-C; returns the exit code and what it said."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def at_site(
    demo_site: StartDemoSite, azurite: Azurite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[SiteCommands]:
    """A demo site to serve."""
    made = commands_of(demo_site(fresh_world()), azurite, tmp_path, capsys)
    made.set({"STEWARD_POINTS_FILE": str(tmp_path / "points.lp")})
    yield made
    for ledger in made.opened:
        ledger.close()


@contextmanager
def serving(at_site: SiteCommands, *more: str) -> Iterator[Served]:
    """`steward serve` for the length of a with block."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "local", "serve", "--port", "0", "--json"),
            *("--settings", str(at_site.file), *more),
        ],
        cwd=APP,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            told = _first_object(process)
            yield Served(process, told["api"], told["key"], told["timers"])
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _first_object(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return dict(json.loads("".join(lines)))
    raise AssertionError(process.communicate()[1])


def test_the_app_is_served_until_ctrl_c(at_site: SiteCommands) -> None:
    """A timer is fired, its plan is approved over HTTP, released by the queue, and reported."""
    at_site.open_switches()
    at_site.set({"LICENSE_RELEASE__APPROVAL": "required"})
    gone = threading.Event()
    at_site.site.hooks.after(lambda _: gone.set(), method="DELETE")
    with serving(at_site) as served:
        assert set(served.timers) == {"collect_usage", "plan_releases", "collect_leases"}
        assert served.call("/admin/functions/plan_releases", "POST").status_code == 202
        assert served.call("/admin/functions/collect_usage", "POST").status_code == 202
        (plan,) = asyncio.run(at_site.ledger().latest_plans(5))
        assert plan.status is PlanStatus.WAITING_FOR_APPROVAL
        found = served.call(f"/api/plans/{plan.plan_id}")
        assert found.json()["plan_id"] == plan.plan_id
        approved = served.call(f"/api/plans/{plan.plan_id}/approve", "POST")
        assert approved.status_code == 200, approved.text
        assert gone.wait(60), "the queue was not worked"
        page = served.call("/api/report")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "content-security-policy" in page.headers
        code, said = served.stop()
    assert code == 0
    assert "Stopping" in said
    assert "Traceback" not in said
    assert served.key not in said


def test_only_the_key_opens_it_and_only_from_this_machine(at_site: SiteCommands) -> None:
    """In the header or the address; the app never sees it."""
    with serving(at_site) as served:
        ok = httpx.get(f"{served.api}/status", params={"code": served.key}, timeout=60)
        assert ok.status_code == 200
        for wrong in (b"", b"x", b"\xff\xfc"):
            refused = httpx.get(f"{served.api}/status", headers={b"x-functions-key": wrong})
            assert refused.status_code == 401
            assert served.key not in refused.text
        for path in ("/admin/functions/plan_releases", "/api/plans/x/approve"):
            refused = served.call(path, "POST", headers={"x-functions-key": "wrong"})
            assert refused.status_code == 401
        assert served.call("/api/status", headers={"host": "evil.example"}).status_code == 400
        assert served.call("/api/status", "POST").status_code == 405
        assert served.call("/api/nothing").status_code == 404
        assert served.call("/").status_code == 404
        assert served.call("/api/plans/..%2F..%2Fetc").status_code == 404
        large = served.call("/api/plans/x/approve", "POST", content=b"x" * 1_100_000)
        assert large.status_code == 413
        port = int(served.api.rpartition(":")[2].removesuffix("/api"))
        with pytest.raises(ConnectionRefusedError):  # nobody listens on all addresses
            socket.create_connection(("127.0.0.2", port), timeout=5).close()
        assert at_site.site.log.count() == 0


def test_a_port_that_is_taken_is_one_clear_error(at_site: SiteCommands) -> None:
    """Nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = at_site("serve", "--port", str(taken.getsockname()[1]))
    assert (done.code, done.out) == (1, "")
    assert "--port" in done.err


def test_settings_that_are_wrong_are_told_by_the_functions(at_site: SiteCommands) -> None:
    """As in Azure: the host runs, a bad schedule only stops it."""
    at_site.set({"RELEASE_SCHEDULE": "every night"})
    done = at_site("serve", "--port", "0")
    assert (done.code, done.out) == (1, "")
    assert "RELEASE_SCHEDULE" in done.err
