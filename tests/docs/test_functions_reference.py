"""The functions of the contract: all there, with the right triggers, also without any settings."""

import json
import os
import subprocess
import sys

FUNCTIONS = {
    "collect_usage": ("timerTrigger", "%USAGE_SCHEDULE%"),
    "plan_releases": ("timerTrigger", "%RELEASE_SCHEDULE%"),
    "release_licenses": ("queueTrigger", "release-candidates"),
    "record_failed_release": ("queueTrigger", "release-candidates-poison"),
    "collect_leases": ("timerTrigger", "%LEASE_SCHEDULE%"),
    "status": ("httpTrigger", "status"),
    "report": ("httpTrigger", "report"),
    "get_plan": ("httpTrigger", "plans/{id}"),
    "approve_plan": ("httpTrigger", "plans/{id}/approve"),
    "restore_release": ("httpTrigger", "releases/{id}/restore"),
}

LIST_FUNCTIONS = """
import json, function_app
print(json.dumps({
    f.get_function_name(): [str(b.type), getattr(b, "schedule", None)
        or getattr(b, "queue_name", None) or getattr(b, "route", None)]
    for f in function_app.app.get_functions() for b in [f.get_trigger()]
}))
"""


def test_importing_the_app_with_an_empty_environment_lists_every_function() -> None:
    """What the host indexes depends on no setting, secret or network."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", LIST_FUNCTIONS],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {name: tuple(x) for name, x in json.loads(done.stdout).items()} == FUNCTIONS
