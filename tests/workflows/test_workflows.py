"""The workflows: what they may do, what they trust, and that they fit the project they build."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from local.package.__main__ import main
from local.package.libraries import PYTHON

type Yaml = dict[str, "Yaml"] | list["Yaml"] | str | int | float | bool | None

FOLDER = Path(".github/workflows")
PATHS = sorted(FOLDER.glob("*.yml"))
USES = re.compile(r"^\s+(?:- )?uses: (\S+)(.*)$", re.MULTILINE)
PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")
REQUIRED = ("SITE_NAME", "QLIK_SENSE__HOST")
# No variables of GitHub: the app says what was stopped by hand (test_deploy_order.py), and the
# runbook is in this repository.
FROM_ELSEWHERE = {
    "LICENSE_RELEASE__STOP": None,
    "RUNBOOK_URL": ("${{ github.server_url }}/${{ github.repository }}/blob/main/docs/runbook.md"),
}
READ = re.compile(r"readEnvironmentVariable\('(\w+)'(?:, '(.*?)')?\)")


def load(path: Path) -> dict[str, Yaml]:
    """A workflow; `on` is read as a text, not as YAML 1.1's true."""
    loaded = yaml.load(path.read_text(), yaml.BaseLoader)  # noqa: S506 - makes texts only
    assert isinstance(loaded, dict)
    return loaded


def mapping(value: Yaml) -> dict[str, Yaml]:
    """`value` as a mapping."""
    assert isinstance(value, dict), value
    return value


def jobs(path: Path) -> dict[str, dict[str, Yaml]]:
    """The jobs of a workflow."""
    return {name: mapping(job) for name, job in mapping(load(path)["jobs"]).items()}


def steps(job: dict[str, Yaml]) -> list[dict[str, Yaml]]:
    """The steps of a job; none when it calls a workflow."""
    found = job.get("steps", [])
    assert isinstance(found, list)
    return [mapping(step) for step in found]


def all_steps() -> Iterator[tuple[str, dict[str, Yaml]]]:
    """Each step, and where it stands."""
    for path in PATHS:
        for name, job in jobs(path).items():
            yield from ((f"{path.name}: {name}", step) for step in steps(job))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version(path: Path) -> None:
    """A tag can be moved to other code; the comment is what Dependabot and people read."""
    for action, rest in USES.findall(path.read_text()):
        if action.startswith("./"):
            assert Path(action).is_file(), action
        else:
            assert PINNED.fullmatch(action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", rest), (action, rest)


def test_an_action_has_one_version_in_all_workflows() -> None:
    """No workflow is left behind."""
    pins: dict[str, set[str]] = {}
    for path in PATHS:
        for action, rest in USES.findall(path.read_text()):
            name, _, commit = action.partition("@")
            pins.setdefault(name, set()).add(commit + rest)
    assert {name: commits for name, commits in pins.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_nothing_is_permitted_but_what_a_job_says(path: Path) -> None:
    """Jobs read the code and, where they go to Azure, ask for an identity token; no more."""
    assert load(path)["permissions"] == {}
    for name, job in jobs(path).items():
        permissions = mapping(job["permissions"])
        assert set(permissions.items()) <= {("contents", "read"), ("id-token", "write")}, name
        goes_to_azure = "deploy-environment" in str(job.get("uses")) or any(
            "azure/login" in str(step.get("uses")) for step in steps(job)
        )
        assert ("id-token" in permissions) == goes_to_azure, name


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_no_job_runs_for_ever(path: Path) -> None:
    """A job that hangs is ended long before the six hours of GitHub."""
    for name, job in jobs(path).items():
        assert "uses" in job or 0 < int(str(job["timeout-minutes"])) <= 90, name


def test_strangers_start_nothing_with_our_rights() -> None:
    """Only triggers that give a fork no secrets, no identity and no writing token."""
    known = {"push", "pull_request", "workflow_call", "workflow_dispatch"}
    for path in PATHS:
        assert set(mapping(load(path)["on"])) <= known, path


def test_what_if_runs_for_no_fork_and_only_where_azure_is_configured() -> None:
    """A project without Azure has a green CI."""
    condition = str(jobs(FOLDER / "ci.yml")["what-if"]["if"])
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    assert "vars.AZURE_TENANT_ID != ''" in condition


def test_no_secret_is_used() -> None:
    """Identities are federated, so there is none to steal, to leak or to renew."""
    for path in PATHS:
        assert "secrets." not in path.read_text(), path
        assert "secrets: inherit" not in path.read_text(), path


def test_scripts_hold_no_expression() -> None:
    """What a branch or a title is called must never become part of a script."""
    for where, step in all_steps():
        assert "${{" not in str(step.get("run", "")), where


def test_a_checkout_leaves_no_token_behind() -> None:
    """Later steps run code of the project and of its libraries."""
    checkouts = [
        step for _, step in all_steps() if str(step.get("uses")).startswith("actions/checkout@")
    ]
    assert checkouts
    for step in checkouts:
        assert mapping(step["with"])["persist-credentials"] == "false"


def test_python_is_the_one_that_runs_in_azure() -> None:
    """Tests, package and deployment with the same."""
    versions = {
        mapping(step["with"])["python-version"]
        for _, step in all_steps()
        if "setup-python" in str(step.get("uses"))
    }
    assert versions == {".".join(map(str, PYTHON))}


def test_what_is_deployed_is_what_was_built_and_tested_in_the_same_run() -> None:
    """One artifact by name, no build in the deploying job, and no way around the tests."""
    uploaded = [mapping(step["with"]) for _, step in all_steps() if "upload-artifact" in str(step)]
    taken = [mapping(step["with"]) for _, step in all_steps() if "download-artifact" in str(step)]
    assert [x["name"] for x in uploaded] == ["package", "site"]
    assert [x["name"] for x in taken] == ["package"]
    deploy = jobs(FOLDER / "deploy.yml")
    assert deploy["build"]["uses"] == "./.github/workflows/build.yml"
    assert deploy["dev"]["needs"] == "build"
    assert deploy["prod"]["needs"] == "dev"
    assert set(jobs(FOLDER / "build.yml")) == {"test", "package", "site"}


def test_deployments_are_one_after_the_other_and_never_cut_off() -> None:
    """Half a deployment is worse than a late one."""
    for concurrency in (
        load(FOLDER / "deploy.yml")["concurrency"],
        jobs(FOLDER / "deploy-environment.yml")["deploy"]["concurrency"],
    ):
        assert mapping(concurrency)["cancel-in-progress"] == "false"


def test_each_environment_has_its_parameters() -> None:
    """`with: environment` names a bicepparam file, and is the name by which the app is found."""
    for name in ("dev", "prod"):
        job = jobs(FOLDER / "deploy.yml")[name]
        assert mapping(job["with"])["environment"] == name
        parameters = Path(f"infra/bicep/{name}.bicepparam").read_text()
        assert f"\nparam environmentName = '{name}'\n" in parameters


def test_a_runner_is_chosen_by_a_variable_of_the_repository() -> None:
    """Those of an environment are empty where `runs-on` is worked out (github/docs#33389)."""
    for name in ("dev", "prod"):
        given = mapping(jobs(FOLDER / "deploy.yml")[name]["with"])
        variable = f"AZURE_RUNNER_{name.upper()}"
        assert given["runner"] == f"${{{{ vars.{variable} || 'ubuntu-24.04' }}}}"
    job = jobs(FOLDER / "deploy-environment.yml")["deploy"]
    assert job["runs-on"] == "${{ inputs.runner }}"


@pytest.mark.parametrize(
    ("workflow", "job", "environments"),
    [("deploy-environment.yml", "deploy", ["dev", "prod"]), ("ci.yml", "what-if", ["prod"])],
)
def test_every_variable_that_the_parameters_read_is_passed_on(
    workflow: str, job: str, environments: list[str]
) -> None:
    """One that is not set arrives empty, so it needs the file's default; a site must be named."""
    command = next(x for x in steps(jobs(FOLDER / workflow)[job]) if "az deployment" in str(x))
    passed = mapping(command["env"])
    for environment in environments:
        parameters = Path(f"infra/bicep/{environment}.bicepparam").read_text()
        for name, default in READ.findall(parameters):
            if name in FROM_ELSEWHERE:
                assert passed.get(name) == FROM_ELSEWHERE[name], name
                continue
            otherwise = f" || '{default}'" if default and name not in REQUIRED else ""
            assert passed.get(name) == f"${{{{ vars.{name}{otherwise} }}}}", name
    for required in REQUIRED:  # else the files' examples would be taken
        assert f"${{{required}:?" in str(command["run"])


def test_the_commands_of_the_package_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m local.package …` is called as it wants to be called."""
    called = {
        match[1]
        for _, step in all_steps()
        for match in re.finditer(r"python -m local\.package (\w+)", str(step.get("run", "")))
    }
    assert called == {"find", "held", "publish", "smoke"}
    for command in called:
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
    capsys.readouterr()


def test_make_package_is_a_target_that_makes_what_is_uploaded() -> None:
    """The zip and the names of its functions, in dist/."""
    makefile = Path("Makefile").read_text()
    assert re.search(
        r"^package:.*\n(?:\t.*\n)*\t.*dist/license-steward\.zip", makefile, re.MULTILINE
    )
    assert "--functions dist/functions.txt" in makefile


def test_dependabot_looks_after_actions_and_libraries() -> None:
    """A pin that nobody renews is a hole that nobody closes."""
    updates = load(Path(".github/dependabot.yml"))["updates"]
    assert isinstance(updates, list)
    assert {mapping(x)["package-ecosystem"] for x in updates} == {"github-actions", "pip"}
    assert all("cooldown" in mapping(x) for x in updates)
