"""`python -m bench.leases`: collect 50,000 named CALs with 100,000 leases in the real worker.

The management service runs in this process, Azurite and the worker in their own. The peak memory
is the worker's alone, as the operating system tells it (VmHWM).
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from pathlib import Path

from local.azurite import run_azurite
from local.demo_leases import qlikview_settings
from local.demo_qms import DemoQms, big_world
from local.demo_settings import site_settings
from local.demo_site.site import DemoSite, default_world
from local.host.host import Host

APP = Path(__file__).parents[2]
GOAL_MB = 512


def main() -> int:
    """Returns the exit code: 1 when a run fails or needs more than the goal."""
    parser = argparse.ArgumentParser(prog="python -m bench.leases", description=__doc__)
    parser.add_argument("--cals", type=int, default=50_000, help="named CALs, two leases each")
    parser.add_argument("--runs", type=int, default=3, help="collections in one worker")
    options = parser.parse_args()
    peak = asyncio.run(_measure(options.cals, options.runs))
    sys.stdout.write(f"Peak {peak:,.0f} MB; the goal is {GOAL_MB} MB.\n")
    return int(peak > GOAL_MB)


async def _measure(cals: int, runs: int) -> float:
    with (
        tempfile.TemporaryDirectory() as folder,
        run_azurite(Path(folder) / "azurite") as azurite,
        DemoSite.start(world=default_world(10), directory=Path(folder)) as site,
        DemoQms.start(world=big_world(cals)) as qms,
    ):
        settings = {
            "SITE_NAME": "bench",
            **site_settings(site),
            **qlikview_settings(qms, Path(folder) / "password"),
            "STEWARD_POINTS_FILE": str(Path(folder) / "points.lp"),
        }
        async with Host.start(APP, settings, storage=azurite.connection_string) as host:
            for number in range(1, runs + 1):
                began = time.perf_counter()
                result = await host.run_timer("collect_leases")
                took = time.perf_counter() - began
                if not result.succeeded:
                    raise SystemExit(f"The collection failed: {result.error}")
                peak = _peak_mb(host.worker_pid)
                sys.stdout.write(f"Run {number}: {took:.1f} s, peak so far {peak:,.0f} MB\n")
            return peak


def _peak_mb(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise SystemExit("This system doesn't tell the peak memory of a process.")
    return int(found[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
