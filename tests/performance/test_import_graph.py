"""What a cold start loads, and what a release never does: guards of the import graph."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.demo_settings import demo_settings
from local.demo_site.site import DemoSite, default_world
from local.host.app_settings import worker_environment

HEAVY = (
    "azure.core azure.data azure.identity azure.keyvault azure.monitor azure.storage cryptography"
    " httpx influxdb_client jinja2 opentelemetry pydantic pydantic_settings requests spnego"
    " stamina"
)
REPORT = "jinja2 shared.adapters.report shared.domain.report shared.usecases.read_report"
SOAP = "spnego shared.adapters.qms shared.lease_app shared.open_qlikview"
UNUSED = "influxdb_client azure.identity azure.keyvault opentelemetry.sdk azure.monitor"

LOADED = """
def loaded(names):
    return [m for m in sys.modules for name in names.split() if (m + ".").startswith(name + ".")]
"""
INDEX = f"""
import sys
{LOADED}
import function_app
assert len(function_app.app.get_functions()) >= 10
found = loaded({HEAVY!r})
assert not found, found
"""
RELEASE = f"""
import asyncio, sys
{LOADED}
import function_app
from azure.functions.queue import QueueMessage
from azure.functions.timer import TimerRequest
from functions import release

class Out:
    def set(self, value):
        self.value = value

async def work():
    plan = Out()
    await release.plan_releases(TimerRequest(past_due=False), plan)
    for number, text in enumerate(plan.value):
        message = QueueMessage(id=str(number), body=text.encode(), dequeue_count=1)
        await release.release_licenses(message)
    await release.release_licenses(QueueMessage(id="x", body=b"rubbish", dequeue_count=1))

asyncio.run(work())
found = loaded({f"{REPORT} {SOAP} {UNUSED}"!r})
assert not found, found
assert loaded("httpx") and loaded("azure.data.tables"), "nothing was released"
"""


def run_apart(code: str, environment: dict[str, str]) -> None:
    """Run code in a fresh interpreter, as a fresh worker would."""
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_indexing_loads_no_heavy_library() -> None:
    """A fresh worker knows its functions before it has paid for clients, parsers or templates."""
    run_apart(INDEX, dict(os.environ))


@pytest.mark.parametrize("strategy", ["single", "selection"])
def test_a_release_loads_neither_report_nor_soap(
    azurite: Azurite, tmp_path: Path, strategy: str
) -> None:
    """Planning and releasing on a real site need no template engine, no NTLM and no InfluxDB."""
    with DemoSite.start(world=default_world(60), directory=tmp_path) as site:
        settings = {
            **demo_settings(site, tmp_path / "points.lp"),
            "SITE_NAME": f"imports {strategy}",
            "LICENSE_RELEASE__CONFIRM_SITE": f"imports {strategy}",
            "LICENSE_RELEASE__DELETE_STRATEGY": strategy,
            "AzureWebJobsStorage": azurite.connection_string,
        }
        del settings["STEWARD_POINTS_FILE"]
        run_apart(RELEASE, worker_environment(settings))
        assert site.world.deleted
