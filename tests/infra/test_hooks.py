"""The azd hooks, run as azd runs them, with real files and an `az` that writes down its calls.

The PowerShell twins are compared by what they read and say: there is no PowerShell to run them.
"""

import datetime as dt
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import trustme

HOOKS = Path("infra/hooks")
EXPIRES = dt.datetime(2031, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
# Remembers each secret's fingerprint; refuses as long as there are lines in the file `refusals`.
# The app settings have the switch that is in the file `stop`; with `trouble` they can't be read.
AZ = """#!/bin/sh
cd "$AZ_STATE"
printf '%s\\n' "$*" >>calls
name=$(printf '%s\\n' "$*" | sed 's/.*--name \\([^ ]*\\).*/\\1/')
case $* in
*"secret show"*) cat "secret.$name" 2>/dev/null || exit 3 ;;
*"appsettings list"*)
    if [ -e trouble ]; then
        cat trouble >&2
        exit 1
    fi
    cat stop 2>/dev/null || true
    ;;
*"secret set"*)
    if [ -s refusals ]; then
        head -n 1 refusals >&2
        tail -n +2 refusals >rest
        mv rest refusals
        exit 1
    fi
    printf '%s\\n' "$*" | sed 's/.*sha256=\\([0-9a-f]*\\).*/\\1/' >"secret.$name"
    ;;
esac
"""


class Desk:
    """A folder with certificates as the QMC exports them, and an `az` to call."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state of az"
        self.files = folder / "exported certificates"
        self.bin = folder / "bin"
        for each in (self.state, self.files, self.bin):
            each.mkdir()
        authority = trustme.CA()
        issued = authority.issue_cert("client", not_after=EXPIRES)
        self.client = self._write("client.pem", issued.cert_chain_pems[0].bytes())
        self.key = self._write("client_key.pem", issued.private_key_pem.bytes())
        self.root = self._write("root.pem", authority.cert_pem.bytes())
        self._write_az()

    def _write(self, name: str, content: bytes) -> Path:
        path = self.files / name
        path.write_bytes(content)
        return path

    def _write_az(self) -> None:
        az = self.bin / "az"
        az.write_text(AZ)
        az.chmod(0o755)

    def refuse(self, *answers: str) -> None:
        """Let the next calls to store a secret fail with these answers."""
        (self.state / "refusals").write_text("".join(f"{answer}\n" for answer in answers))

    def calls(self, command: str = "secret set") -> list[str]:
        """The calls of az with this command so far."""
        log = self.state / "calls"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if command in line]

    def run(self, hook: str, given: Mapping[str, object]) -> subprocess.CompletedProcess[str]:
        """Run a hook with these variables and no others of ours."""
        environ = {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "AZ_STATE": str(self.state),
            "SECRET_WAIT_SECONDS": "0",
            "SECRET_TRIES": "3",
            **{name: str(value) for name, value in given.items()},
        }
        script = (HOOKS / f"{hook}.sh").absolute()
        shell = shutil.which("sh")
        assert shell
        return subprocess.run(  # noqa: S603 - our own script
            [shell, script],
            env=environ,
            cwd=self.files,
            capture_output=True,
            text=True,
            check=False,
        )

    def all_files(self) -> dict[str, object]:
        """The variables of a usual run."""
        return {
            "KEY_VAULT_NAME": "kv-steward-abc",
            "CLIENT_CERTIFICATE_FILE": self.client,
            "CLIENT_KEY_FILE": self.key,
            "ROOT_CERTIFICATE_FILE": self.root,
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A fresh folder for each test."""
    return Desk(tmp_path)


def test_the_three_files_become_three_secrets(desk: Desk) -> None:
    """Under the names that the templates give to the app."""
    done = desk.run("postprovision", desk.all_files())
    assert done.returncode == 0, done.stderr
    names = [re.findall(r"--name (\S+)", call)[0] for call in desk.calls()]
    assert names == ["qlik-client-certificate", "qlik-client-key", "qlik-root-certificate"]
    assert all("--vault-name kv-steward-abc" in call for call in desk.calls())
    assert f"--file {desk.client} " in desk.calls()[0]


def test_a_certificate_gets_its_expiry_and_a_key_has_none(desk: Desk) -> None:
    """So that the app warns in time."""
    desk.run("postprovision", desk.all_files())
    certificate, key, root = desk.calls()
    assert "--expires 2031-02-03T04:05:06Z" in certificate
    assert "--expires" not in key
    assert "--expires" in root


def test_a_second_run_makes_no_new_versions(desk: Desk) -> None:
    """Only a file that changed is stored again."""
    desk.run("postprovision", desk.all_files())
    desk.root.write_bytes(trustme.CA().cert_pem.bytes())
    done = desk.run("postprovision", desk.all_files())
    assert len(desk.calls()) == 4
    assert "qlik-client-key: unchanged" in done.stdout
    assert "qlik-root-certificate: stored" in done.stdout


def test_names_of_secrets_can_be_others(desk: Desk) -> None:
    """The same variables as the templates read."""
    names = {"QLIK_SENSE__CLIENT_CERTIFICATE_SECRET": "mine"}
    desk.run("postprovision", desk.all_files() | names)
    assert "--name mine " in desk.calls()[0]


def test_a_pfx_is_stored_in_base64(desk: Desk) -> None:
    """It is binary, and that is how the app expects it."""
    pfx = desk.files / "client.pfx"
    pfx.write_bytes(b"\x30\x82\x00")
    done = desk.run("postprovision", {"KEY_VAULT_NAME": "kv", "CLIENT_CERTIFICATE_FILE": pfx})
    assert done.returncode == 0, done.stderr
    assert "--encoding base64" in desk.calls()[0]


def test_a_role_that_is_not_known_yet_is_waited_for(desk: Desk) -> None:
    """Azure takes minutes to know a role that the deployment just gave."""
    desk.refuse("(Forbidden) Inner error: ForbiddenByRbac", "ForbiddenByRbac")
    done = desk.run("postprovision", desk.all_files())
    assert done.returncode == 0, done.stderr
    assert "waiting for the role" in done.stdout
    assert len(desk.calls()) == 2 + 3


def test_a_role_that_never_comes_is_an_error(desk: Desk) -> None:
    """After the tries, with the words of az."""
    desk.refuse(*["ForbiddenByRbac: ask an owner"] * 3)
    done = desk.run("postprovision", desk.all_files())
    assert done.returncode == 1
    assert "you may not write secrets into kv-steward-abc" in done.stderr
    assert "ask an owner" in done.stderr


def test_another_failure_is_not_tried_again(desk: Desk) -> None:
    """A closed network does not open by waiting."""
    desk.refuse("Public network access is disabled (ForbiddenByConnection)")
    done = desk.run("postprovision", desk.all_files())
    assert done.returncode == 1
    assert "Public network access is disabled" in done.stderr
    assert len(desk.calls()) == 1


def test_a_file_that_is_no_pem_is_refused(desk: Desk) -> None:
    """Before anything of it is stored."""
    desk.client.write_text("not a certificate")
    done = desk.run("postprovision", desk.all_files())
    assert done.returncode == 1
    assert "is no PEM file; export it from the QMC" in done.stderr
    assert desk.calls() == []


def test_a_file_that_is_missing_is_named(desk: Desk) -> None:
    """With the whole path, for a relative one is seen from the project's folder."""
    given = {"KEY_VAULT_NAME": "kv", "CLIENT_CERTIFICATE_FILE": "nowhere/client.pem"}
    done = desk.run("postprovision", given)
    assert done.returncode == 1
    assert str(Path("nowhere/client.pem").absolute()) in done.stderr


def test_without_files_nothing_happens(desk: Desk) -> None:
    """Secrets may have been put there by somebody else."""
    done = desk.run("postprovision", {"KEY_VAULT_NAME": "kv"})
    assert done.returncode == 0
    assert "stay as they are" in done.stdout
    assert desk.calls("") == []


def test_no_secret_is_printed_or_given_as_an_argument(desk: Desk) -> None:
    """Arguments can be seen by every process of the machine."""
    done = desk.run("postprovision", desk.all_files())
    lines = desk.key.read_text().splitlines()[1:-1]
    seen = done.stdout + done.stderr + "".join(desk.calls(""))
    assert not any(line in seen for line in lines)
    assert "--value" not in seen


def test_before_provisioning_everything_that_is_missing_is_told_at_once(desk: Desk) -> None:
    """And azd stops there."""
    done = desk.run("preprovision", {"CLIENT_KEY_FILE": "nowhere.pem", "PRIVATE_ENDPOINTS": "true"})
    assert done.returncode == 1
    for text in (
        "SITE_NAME is not set",
        "QLIK_SENSE__HOST is not set",
        "CLIENT_KEY_FILE: there is no",
    ):
        assert text in done.stderr
    assert "PRIVATE_ENDPOINTS is true and NETWORK_MODE is none" in done.stderr


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"NETWORK_MODE": "vpn"}, "it takes none, new or existing"),
        ({"NETWORK_MODE": "existing"}, "EXISTING_APP_SUBNET_ID is not set"),
        (
            {
                "NETWORK_MODE": "existing",
                "EXISTING_APP_SUBNET_ID": "/x",
                "PRIVATE_ENDPOINTS": "true",
            },
            "EXISTING_PRIVATE_ENDPOINT_SUBNET_ID is not set",
        ),
    ],
)
def test_a_network_that_lacks_something_is_refused(
    desk: Desk, given: dict[str, str], text: str
) -> None:
    """Azure's own words for it would come after half an hour, and say less."""
    done = desk.run("preprovision", {"SITE_NAME": "P", "QLIK_SENSE__HOST": "h"} | given)
    assert done.returncode == 1
    assert text in done.stderr


def test_before_provisioning_what_is_complete_passes(desk: Desk) -> None:
    """In silence."""
    done = desk.run("preprovision", {"SITE_NAME": "P", "QLIK_SENSE__HOST": "h"} | desk.all_files())
    assert (done.returncode, done.stderr) == (0, "")


THERE = {
    "SITE_NAME": "P",
    "QLIK_SENSE__HOST": "h",
    "FUNCTION_APP_NAME": "func-steward-dev-abc",
    "AZURE_RESOURCE_GROUP": "rg-steward",
    "AZURE_SUBSCRIPTION_ID": "a-subscription",
}


@pytest.mark.parametrize("stop", ["true", "True", "1", "what?"])
def test_a_stop_that_was_set_by_hand_is_not_opened_by_provisioning(desk: Desk, stop: str) -> None:
    """It says how to keep it and how to open it, and azd stops there."""
    (desk.state / "stop").write_text(f"{stop}\n")
    done = desk.run("preprovision", THERE)
    assert done.returncode == 1
    assert f"LICENSE_RELEASE__STOP is {stop} in func-steward-dev-abc" in done.stderr
    assert "azd env set LICENSE_RELEASE__STOP true" in done.stderr
    (call,) = desk.calls("appsettings list")
    assert "--name func-steward-dev-abc --resource-group rg-steward" in call
    assert "--subscription a-subscription" in call


@pytest.mark.parametrize("stop", ["", "false\n", "False\n", "0\n"])
def test_without_a_stop_provisioning_goes_on(desk: Desk, stop: str) -> None:
    """In silence."""
    (desk.state / "stop").write_text(stop)
    done = desk.run("preprovision", THERE)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(desk.calls("appsettings list")) == 1


@pytest.mark.parametrize(
    "given", [THERE | {"FUNCTION_APP_NAME": ""}, THERE | {"LICENSE_RELEASE__STOP": "true"}]
)
def test_the_first_time_and_with_a_stop_that_is_kept_nobody_asks(
    desk: Desk, given: dict[str, str]
) -> None:
    """There is no app yet, or nothing to lose."""
    (desk.state / "stop").write_text("true\n")
    done = desk.run("preprovision", given)
    assert (done.returncode, done.stderr) == (0, "")
    assert desk.calls("") == []


@pytest.mark.parametrize("code", ["ResourceNotFound", "ResourceGroupNotFound"])
def test_an_app_that_was_taken_away_has_no_stop(desk: Desk, code: str) -> None:
    """Its name is still in the environment of azd."""
    (desk.state / "trouble").write_text(f"ERROR: ({code}) it was not found.\n")
    done = desk.run("preprovision", THERE)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stop_that_can_t_be_read_is_not_taken_for_none(desk: Desk) -> None:
    """With the words of az."""
    (desk.state / "trouble").write_text("ERROR: Please run 'az login' to setup account.\n")
    done = desk.run("preprovision", THERE)
    assert done.returncode == 1
    assert "LICENSE_RELEASE__STOP of func-steward-dev-abc could not be read" in done.stderr
    assert "Please run 'az login'" in done.stderr


@pytest.mark.parametrize("name", ["preprovision", "postprovision", "prepackage"])
def test_the_powershell_twin_reads_the_same_and_says_the_same(name: str) -> None:
    """Whoever changes one of the two is told of the other."""
    shell = (HOOKS / f"{name}.sh").read_text()
    power = (HOOKS / f"{name}.ps1").read_text()
    variables = set(re.findall(r"\$\{?([A-Z][A-Z_]{3,})", shell))
    assert variables == set(re.findall(r"\$env:([A-Z_]+)", power))
    for words in re.findall(r"qlik-[a-z-]+|--[a-z-]+|[A-Z_]+ is not set", shell):
        assert words in power, words
