"""What a compiler would say first: names, parameters, files, descriptions, versions."""

import re
from pathlib import Path

import pytest
from lark.exceptions import UnexpectedInput

from tests.infra.bicep import (
    FILES,
    FOLDER,
    PARAMETER_FILES,
    Resource,
    at,
    code,
    decorators,
    every_resource,
    parse,
    read,
    table,
)
from tests.infra.rendering import defaults, parameters_of

# Diagnostic settings with log categories have no stable version at all.
PREVIEWS = {"Microsoft.Insights/diagnosticSettings"}
REFUSED_BY_PYCEP = (
    "type t = {\n  @description('a decorator inside an object type')\n  a: string\n}\n",
    "type t = {\n  list: string[]\n}\n",
    "type t = {\n  *: string\n}\n",
    "resource r 'A/b@2020-01-01' = [for x in xs: if (on) {\n  name: x\n}]\n",
    "var a = on\n  ? 'question mark on a line of its own'\n  : ''\n",
    "using 'main.bicep'\n",
)
file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))


@file
def test_every_file_can_be_parsed(path: Path) -> None:
    """A file that the parser can't read would not be checked at all."""
    assert read(path)


@pytest.mark.parametrize("text", REFUSED_BY_PYCEP)
def test_what_the_parser_refuses_is_still_refused(text: str) -> None:
    """When this fails, pycep has learned, and the templates may be written more freely."""
    with pytest.raises(UnexpectedInput):
        parse(text)


@file
def test_everything_that_is_declared_for_others_is_described(path: Path) -> None:
    """Parameters, outputs, types and functions say in a sentence what they are."""
    for kind in ("parameters", "outputs", "types", "functions"):
        for name, node in table(read(path), kind).items():
            text = decorators(node).get("description")
            assert isinstance(text, str), f"{path}: {name} has no description"
            assert len(text.split()) >= 3, f"{path}: {name}: {text!r} says too little"


@file
def test_everything_that_is_declared_is_used(path: Path) -> None:
    """A parameter, variable, type or import that nothing uses is an error of the linter."""
    tree, text = read(path), code(path)
    declared = {
        name
        for kind in ("parameters", "variables", "types", "functions", "imports")
        for name, node in table(tree, kind).items()
        if kind == "imports" or "export" not in decorators(node)
    }
    existing = {name for name, node in table(tree, "resources").items() if at(node, "existing")}
    for name in declared | existing:
        assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{path}: {name} is not used"


@file
def test_modules_get_exactly_the_parameters_that_they_declare(path: Path) -> None:
    """None is unknown, and none without a default is missing."""
    for name, node in table(read(path), "modules").items():
        target = path.parent / str(at(node, "detail", "path"))
        declared = table(read(target), "parameters")
        given = set(table(node, "config", "params") or table(node, "config", "config", "params"))
        needed = {each for each, info in declared.items() if at(info, "default") is None}
        assert given <= set(declared), f"{name} gets {given - set(declared)}"
        assert needed <= given, f"{name} lacks {needed - given}"


@file
def test_what_is_imported_is_exported_and_what_is_loaded_exists(path: Path) -> None:
    """Paths are seen from the file that names them."""
    for name, node in table(read(path), "imports").items():
        target = read(path.parent / str(at(node, "file_path")))
        found = table(target, "types").get(name) or table(target, "functions").get(name)
        assert found, f"{path} imports {name}"
        assert "export" in decorators(found), f"{name} is not exported"
    for loaded in re.findall(r"loadTextContent\('([^']+)'\)", code(path)):
        assert (path.parent / loaded).is_file(), f"{path} loads {loaded}"


@pytest.mark.parametrize("path", PARAMETER_FILES, ids=lambda path: path.name)
def test_parameter_files_give_what_is_needed_and_nothing_else(path: Path) -> None:
    """Each can be compiled without a variable of the environment set."""
    given = parameters_of(path, {})
    declared = table(read(FOLDER / "main.bicep"), "parameters")
    optional = {name for name, node in declared.items() if at(node, "default") is not None}
    nullable = set(re.findall(r"^param (\w+) \w+\?$", code(FOLDER / "main.bicep"), re.MULTILINE))
    assert set(given) <= set(declared)
    assert set(declared) - optional - nullable <= set(given)


def test_the_page_tells_exactly_what_each_parameter_file_takes() -> None:
    """Whoever sets a variable that no file reads would wait in vain."""
    page = (FOLDER / "README.md").read_text().split("## What the parameter files take")[1]
    rows = re.findall(r"^\| (`[A-Z].*?) \| (.+) \|$", page.split("\n## ")[0], re.MULTILINE)
    told: dict[str, set[str]] = {"dev": set(), "prod": set(), "main": set()}
    for variables, readers in rows:
        of_azd = re.findall(r"`(\w+)`", readers)
        for name in told:
            word = {"main": "azd"}.get(name, name)
            if readers == "all" or word in readers.partition(";")[0].split(", "):
                told[name] |= set(re.findall(r"`(\w+)`", variables))
        told["main"] |= set(of_azd)
    for path in PARAMETER_FILES:
        read_by_file = set(re.findall(r"readEnvironmentVariable\('(\w+)'", path.read_text()))
        assert told[path.stem] == read_by_file, path.name


@pytest.mark.parametrize(
    "made", every_resource(), ids=lambda made: f"{made.path.stem}-{made.symbol}"
)
def test_api_versions_are_stable(made: Resource) -> None:
    """A preview may change under a deployment."""
    is_stable = re.fullmatch(r"\d{4}-\d{2}-\d{2}", made.api_version)
    assert is_stable or made.kind in PREVIEWS


def test_a_kind_of_resource_has_one_version() -> None:
    """Parent, child and reference are made by the same version."""
    versions: dict[str, set[str]] = {}
    for path in FILES:
        for kind, version in re.findall(r"'(Microsoft\.\w+/\w+)[/\w]*@([\w-]+)'", code(path)):
            versions.setdefault(kind, set()).add(version)
    assert {kind for kind, found in versions.items() if len(found) > 1} == set()


def test_no_region_and_no_address_is_fixed() -> None:
    """Regions are parameters, addresses come from environment()."""
    for path in FILES:
        found = re.findall(r"^\s*location: '(?!global')", code(path), re.MULTILINE)
        assert found == [], path
        for word in ("core.windows.net", "vault.azure.net", "management.azure.com"):
            assert word not in code(path), f"{path} fixes {word}"


def test_defaults_of_schedules_are_those_of_the_app() -> None:
    """The host reads them from the app settings, so the template must give them."""
    given = defaults()
    assert given["usageSchedule"] == "0 0 */6 * * *"
    assert given["releaseSchedule"] == "0 30 2 * * *"
    assert given["leaseSchedule"] == "0 15 * * * *"
