"""Runs the scripts of the deploying job in order, beside an `az` and a `python` of ours.

Those two write down how they are called; what they answer is in files of a folder. The commands of
`local.package` have their own tests (tests/package), with a server that stands in for Azure.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

WORKFLOW = Path(".github/workflows/deploy-environment.yml")
APP_ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/func-steward-prod-x"
VARIABLES = {
    "AZURE_SUBSCRIPTION_ID": "s",
    "AZURE_RESOURCE_GROUP": "rg",
    "SITE_NAME": "Production",
    "QLIK_SENSE__HOST": "sense.example.com",
}
_CONTEXTS = {
    "inputs.environment": "prod",
    "github.server_url": "https://github.example.com",
    "github.repository": "acme/steward",
}
_AZ = """#!/bin/sh
case $* in
*get-access-token*) echo a-token ;;
*"deployment group create"*)
    echo "deploy $* STOP=${LICENSE_RELEASE__STOP-unset}" >>"$STATE/calls"
    env >"$STATE/environment"
    [ ! -e "$STATE/refuse-deploy" ] || exit 1
    touch "$STATE/there"
    ;;
*) exit 9 ;;
esac
"""
_PYTHON = """#!/bin/sh
shift 2 # -m local.package
echo "$*" >>"$STATE/calls"
[ ! -e "$STATE/refuse-$1" ] || exit 1
case $1 in
find) [ ! -e "$STATE/there" ] || echo "$APP_THAT_IS_THERE" ;;
held) cat "$STATE/stop" ;;
esac
"""


class DeployJob:
    """The job `deploy`, its steps run as the runner would, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self._bin = folder / "bin"
        for each in (self.state, self._bin):
            each.mkdir()
        for name, script in (("az", _AZ), ("python", _PYTHON)):
            (self._bin / name).write_text(script)
            (self._bin / name).chmod(0o755)
        self._outputs: dict[str, str] = {}

    def put(self, name: str, content: str = "") -> None:
        """Lets `there` be an app, `stop` have a word, or `refuse-<command>` fail."""
        (self.state / name).write_text(content)

    def calls(self) -> list[str]:
        """How the commands were called, in that order; the tokens left out."""
        log = self.state / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def run(self, variables: Mapping[str, str]) -> str:
        """Runs the steps up to the first that fails; returns its name, or nothing."""
        for step in yaml.safe_load(WORKFLOW.read_text())["jobs"]["deploy"]["steps"]:
            if "run" not in step or not self._is_wanted(step.get("if", "true")):
                continue
            environ = {name: self._fill(text, variables) for name, text in step["env"].items()}
            if self._bash(step["run"], environ, step.get("id", "")):
                return str(step["name"])
        return ""

    def environment(self) -> dict[str, str]:
        """What the template's deployment saw."""
        lines = (self.state / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def _is_wanted(self, condition: str) -> bool:
        if condition == "true":
            return True
        match = re.fullmatch(r"(steps\.\w+\.outputs\.\w+) (==|!=) ''", condition)
        assert match, f"a condition of another form: {condition}"
        return (self._outputs.get(match[1], "") == "") == (match[2] == "==")

    def _fill(self, text: str, variables: Mapping[str, str]) -> str:
        known = {f"vars.{name}": value for name, value in variables.items()}
        known |= _CONTEXTS | self._outputs

        def value(match: re.Match[str]) -> str:
            return known.get(match[1]) or match[2] or ""

        return re.sub(r"\$\{\{ ([\w.]+)(?: \|\| '([^']*)')? \}\}", value, text)

    def _bash(self, script: str, environ: Mapping[str, str], step: str) -> int:
        output = self.state / f"output-{step}"
        output.write_text("")
        bash = shutil.which("bash")
        assert bash
        done = subprocess.run(  # noqa: S603 - the project's own scripts
            [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            env={
                "PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}",
                "STATE": str(self.state),
                "APP_THAT_IS_THERE": APP_ID,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_RUN_ID": "7",
                "GITHUB_RUN_ATTEMPT": "1",
                **environ,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self._outputs[f"steps.{step}.outputs.{name}"] = value
        return done.returncode
