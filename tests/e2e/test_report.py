"""The report over HTTP, from the real worker."""

import re
from pathlib import Path

from local.demo_leases import qlikview_settings
from local.demo_qms import default_farm
from tests.e2e.conftest import StartSteward
from tests.qms_fixture import StartDemoQms


async def test_the_report_is_one_page_with_everything_in_it(
    steward: StartSteward, demo_qms: StartDemoQms, tmp_path: Path
) -> None:
    """Pools, plan, releases and leases, with nothing fetched from anywhere."""
    qms = demo_qms(default_farm(users=40, servers=3, days=5))
    app = await steward(qlikview_settings(qms, tmp_path / "password"))
    for timer in ("collect_usage", "plan_releases"):
        assert (await app.run(timer)).succeeded
    await app.drain()
    assert (await app.run("collect_leases")).succeeded
    answer = await app.get("report")
    page = answer.body.decode()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    headings = re.findall(r"<h2[^>]*>([^<]+)<", page)
    assert headings[0] == "What to do now"
    assert {"Pools", "Releases and their outcomes", "QlikView license leases"} <= set(headings)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


async def test_an_app_that_never_ran_has_a_report_too(steward: StartSteward) -> None:
    """It says that nothing was collected yet, and does not fail."""
    app = await steward()
    answer = await app.get("report")
    assert answer.status == 200
    assert app.host.worker_pid is not None
