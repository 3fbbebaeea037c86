"""The deploying job, its scripts really run: what comes first, and that a stop stays a stop."""

from pathlib import Path

import pytest

from tests.infra.bicep import FOLDER
from tests.infra.rendering import parameters_of
from tests.workflows.deploy_job import APP_ID, VARIABLES, DeployJob

GROUP = "/subscriptions/s/resourceGroups/rg"
FIND = f"find {GROUP} prod"
PUBLISH = f"publish {APP_ID} dist/license-steward.zip"
SMOKE = f"smoke {APP_ID} dist/functions.txt"


@pytest.fixture
def job(tmp_path: Path) -> DeployJob:
    """A job for the environment prod, in which nothing was deployed yet."""
    return DeployJob(tmp_path)


def kinds(job: DeployJob) -> list[str]:
    """The commands that were called, without their arguments."""
    return [call.split()[0] for call in job.calls()]


def test_where_an_app_is_the_new_code_comes_before_its_settings(job: DeployJob) -> None:
    """New code takes the old settings; old code would refuse new ones."""
    job.put("there")
    job.put("stop", "false\n")
    assert job.run(VARIABLES) == ""
    assert kinds(job) == ["find", "publish", "held", "deploy", "find", "smoke"]
    assert job.calls()[:3] == [FIND, PUBLISH, f"held {APP_ID}"]
    assert job.calls()[-1] == SMOKE


def test_the_first_deployment_makes_the_app_before_the_package(job: DeployJob) -> None:
    """There is nothing to keep, and nobody to ask."""
    assert job.run(VARIABLES) == ""
    assert kinds(job) == ["find", "deploy", "find", "publish", "smoke"]
    assert job.calls()[-2:] == [PUBLISH, SMOKE]
    assert job.calls()[1].endswith("STOP=unset")


@pytest.mark.parametrize("word", ["true", "false"])
def test_what_the_app_says_of_the_switch_is_what_the_template_writes(
    job: DeployJob, word: str
) -> None:
    """Read after the package was published, which may take minutes: right before the template."""
    job.put("there")
    job.put("stop", f"{word}\n")
    assert job.run(VARIABLES) == ""
    (deployed,) = [call for call in job.calls() if call.startswith("deploy")]
    assert deployed.endswith(f"STOP={word}")
    given = parameters_of(FOLDER / "prod.bicepparam", job.environment())
    release = given["licenseRelease"]
    assert isinstance(release, dict)
    assert release["stop"] is (word == "true")


@pytest.mark.parametrize(
    ("command", "step", "last"),
    [
        ("find", "Look whether the app is there", "find"),
        ("publish", "Publish the package", "publish"),
        ("held", "Deploy the infrastructure", "held"),
        ("deploy", "Deploy the infrastructure", "deploy"),
    ],
)
def test_what_fails_ends_the_job_before_the_next_thing_changes(
    job: DeployJob, command: str, step: str, last: str
) -> None:
    """A switch that can't be read stops the deployment that would open it."""
    job.put("there")
    job.put("stop", "true\n")
    job.put(f"refuse-{command}")
    assert job.run(VARIABLES) == step
    assert kinds(job)[-1] == last


@pytest.mark.parametrize("missing", ["AZURE_RESOURCE_GROUP", "SITE_NAME", "QLIK_SENSE__HOST"])
def test_a_variable_that_is_missing_ends_the_job_before_the_templates(
    job: DeployJob, missing: str
) -> None:
    """The parameter file would take its example instead."""
    assert job.run({k: v for k, v in VARIABLES.items() if k != missing}) != ""
    assert "deploy" not in kinds(job)


def test_variables_that_are_not_set_make_parameters_that_can_be_read(job: DeployJob) -> None:
    """GitHub hands over an empty text, which is no list and no switch."""
    assert job.run(VARIABLES) == ""
    given = parameters_of(FOLDER / "prod.bicepparam", job.environment())
    assert given["useHubGateway"] is False
    assert given["operatorIpAddresses"] == given["alertEmails"] == given["dnsServers"] == []
    assert given["vaultOperatorPrincipalId"] == ""
    assert given["vaultOperatorPrincipalType"] == "Group"
    runbook = "https://github.example.com/acme/steward/blob/main/docs/runbook.md"
    assert given["runbookUrl"] == runbook
