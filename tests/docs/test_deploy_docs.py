"""The pages on deploying name parameters, settings, variables, files and tests that there are."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from shared.domain.events import CATALOGUE
from shared.domain.plan import PlanStatus
from shared.settings import SETTING_REFERENCE
from tests.docs.test_functions_reference import FUNCTIONS
from tests.infra.bicep import FOLDER, KQL_FOLDER, MAIN, PARAMETER_FILES, code, read, table
from tests.infra.test_app_settings import host_settings, properties
from tests.infra.test_roles import OF_THE_APP, OF_THE_OPERATOR

NAMES = ("deploy", "qrs-account", "upgrade", "costs", "threat-model")
PAGES = {name: Path(f"docs/{name}.md").read_text() for name in NAMES}
DEPLOY = PAGES["deploy"]
WORKFLOWS = "".join(path.read_text() for path in Path(".github/workflows").glob("*.yml"))
HOOKS = "".join(path.read_text() for path in Path("infra/hooks").glob("*.sh"))
CODE = re.compile(r"`([^`\n]+)`")
A_TEST = re.compile(r"(tests/[\w/]+\.py)(?:::(\w+))?")
A_FILE = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*\.(?:md|bicep|bicepparam|sh|ps1|yml|json|py|txt|kql)")
# Made by a command, or by Qlik Sense; not in the repository.
MADE = {"local.settings.json"}
page = pytest.mark.parametrize("name", NAMES)


def words(text: str) -> list[str]:
    """What stands in backticks."""
    return CODE.findall(text)


def settings() -> set[str]:
    """Every name in capitals that somebody can set."""
    files = "".join(path.read_text() for path in PARAMETER_FILES)
    return {
        *(info.name for info in SETTING_REFERENCE),
        *host_settings(),
        *re.findall(r"readEnvironmentVariable\('(\w+)'", files),
        *re.findall(r"vars\.(\w+)", WORKFLOWS),
        *re.findall(r"\$\{?([A-Z][A-Z_]+)", HOOKS),
    }


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    """The tests in a file, read and not run."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


@page
def test_parameters_exist(name: str) -> None:
    """`networkMode` is one of main.bicep, `licenseRelease.dryRun` a property of its type."""
    parameters = set(table(read(MAIN), "parameters"))
    of_types = {each: set(fields) for each, fields in properties().items()}
    for word in words(PAGES[name]):
        match = re.fullmatch(r"([a-z]+[A-Z]\w*)(?:\.(\w+))?", word)
        if match:
            assert match[1] in parameters, word
            assert not match[2] or match[2] in of_types[f"{match[1]}Settings"], word


def test_parameters_that_are_decisions_are_explained() -> None:
    """Those that must be given are named by the guide, or by the page of the templates."""
    needed = re.findall(r"^param (\w+) \w+$", code(MAIN), re.MULTILINE)
    assert set(needed) >= {"networkMode", "privateEndpoints", "siteName", "qlikSense"}
    guides = DEPLOY + (FOLDER / "README.md").read_text()
    assert [each for each in needed if f"`{each}`" not in guides] == []


@page
def test_settings_exist(name: str) -> None:
    """A name in capitals is a setting, a variable of a workflow or hook, or a setting's start."""
    known = settings()
    for word in words(PAGES[name]):
        for mentioned in re.findall(r"\b[A-Z]+(?:_+[A-Z0-9]+)+\b", word):
            begins = any(each.startswith(f"{mentioned}__") for each in known)
            assert mentioned in known or begins, mentioned
    assigned = re.findall(r"(?:azd env set|--settings '?)\s*([A-Z_]+)", PAGES[name])
    assert set(assigned) <= known


def test_azd_is_given_only_what_the_parameter_file_or_a_hook_reads() -> None:
    """A variable that nobody reads would be set in vain."""
    given = set(re.findall(r"azd env set ([A-Z_]+)", DEPLOY))
    read_by_file = set(
        re.findall(r"readEnvironmentVariable\('(\w+)'", (FOLDER / "main.bicepparam").read_text())
    )
    assert given <= read_by_file | set(re.findall(r"\$\{([A-Z_]+)", HOOKS))
    assert len(given) > 8


def test_the_variables_of_the_workflows_are_all_in_the_table_and_no_other() -> None:
    """With one missing a deployment fails; with one too many somebody looks for its use."""
    listed = re.findall(r"^\| `([A-Z_]+)` \| (?:repository|environment)", DEPLOY, re.MULTILINE)
    assert sorted(listed) == sorted(set(re.findall(r"vars\.(\w+)", WORKFLOWS)))


def test_environments_are_those_of_the_workflows() -> None:
    """Each needs an identity that trusts it."""
    listed = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| (?:Deploy|CI)", DEPLOY, re.MULTILINE)
    named = re.findall(r"^\s+environment: ([a-z-]+)$", WORKFLOWS, re.MULTILINE)
    assert sorted(listed) == sorted(named)


def test_roles_are_those_of_the_templates() -> None:
    """All of the app in the table, and the operator's beside them."""
    row = re.compile(r"^\| ([A-Z][\w ]+) \| (?:storage|vault|App\w+ \w+) \|", re.MULTILINE)
    listed = row.findall(DEPLOY)
    assert sorted(listed) == sorted(OF_THE_APP.values())
    assert all(role in DEPLOY for role in OF_THE_OPERATOR.values())


@page
def test_files_and_tests_exist(name: str) -> None:
    """What the reader shall look at is there, by that name."""
    for word in words(PAGES[name]):
        match = A_TEST.fullmatch(word)
        if match:
            path = Path(match[1])
            assert path.is_file(), word
            assert not match[2] or match[2] in names_of_tests(path), word
        elif A_FILE.fullmatch(word) and word not in MADE:
            assert Path(word).is_file(), word


@page
def test_events_functions_and_alerts_exist(name: str) -> None:
    """`plan.created` is an event, `collect_usage` a function, an alert, a reason or a status."""
    events = {event.name for event in CATALOGUE}
    known = {*FUNCTIONS, *(path.stem for path in KQL_FOLDER.glob("*.kql")), *PlanStatus}
    reasons = set(re.findall(r"`(\w+)`", Path("docs/how-it-decides.md").read_text()))
    tables = set(re.findall(r"`(\w+)`", Path("docs/measurements.md").read_text()))
    for word in words(PAGES[name]):
        if re.fullmatch(r"[a-z_]+\.[a-z_]+", word) and not A_FILE.fullmatch(word):
            assert word in events or word.endswith(".pem"), word
        if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", word):
            assert word in known | reasons | tables, word


def test_every_alert_has_its_section_in_the_runbook() -> None:
    """Under its own name: the alert's link leads there."""
    headings = re.findall(r"^## (\w+)$", Path("docs/runbook.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(path.stem for path in KQL_FOLDER.glob("*.kql"))


def test_commands_of_the_app_exist() -> None:
    """`python -m local …` is written as it is called."""
    known = "".join(path.read_text() for path in Path("local").rglob("*.py"))
    for text in PAGES.values():
        for command in re.findall(r"python -m local ([a-z]+(?: [a-z]+)?)", text):
            assert all(f'"{word}"' in known for word in command.split()), command


def test_addresses_of_the_network_are_those_of_the_templates() -> None:
    """The delegation and the address of Azure's own DNS."""
    network = code(FOLDER / "modules" / "network.bicep")
    (delegation,) = re.findall(r"serviceName: '([^']+)'", network)
    assert f"`{delegation}`" in DEPLOY
    assert "168.63.129.16" in DEPLOY
    assert "168.63.129.16" in (FOLDER / "modules" / "network.bicep").read_text()


def test_every_threat_names_what_holds_it() -> None:
    """A promise without a test stands under the residual risks."""
    rows = re.findall(r"^\|(.+)\|$", PAGES["threat-model"].split("## Threats")[1], re.MULTILINE)
    threats = [row for row in rows if not re.match(r" threat \||-", row)]
    assert len(threats) > 20
    assert [row for row in threats if not A_TEST.search(row)] == []
    for row in threats:
        assert re.fullmatch(r" [STRIDE](?: [STRIDE])* ", row.split("|")[1]), row
