"""Works out the app settings that a parameter file amounts to, as Bicep would.

The expressions of the settings files are of a few forms only; another form is an error here, not
something that is skipped.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tests.infra.bicep import FOLDER, MAIN, Node, at, code, parse, read, table

_FUNCTION = re.compile(r"^func (\w+)\((.*?)\) object => \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^  ([A-Z_]+): (.+)$", re.MULTILINE)
_CALL = re.compile(r"^  (\w+AppSettings)\((.*)\),?$", re.MULTILINE)
_OFF = re.compile(r"contains\((\w+), '(\w+)'\) \? 'off' : (.+)")
_LIST = re.compile(r"empty\((\w+)\) \? '' : string\(\1\)")
_VALUE = re.compile(r"settings\.\??(\w+)(?: \?\? (\S+))?")

type Values = Mapping[str, Node]


def functions() -> dict[str, tuple[list[str], dict[str, str]]]:
    """The functions that make app settings: their arguments, and the expression of each setting."""
    found = {}
    for path in sorted((FOLDER / "settings").glob("*.bicep")):
        for name, arguments, body in _FUNCTION.findall(code(path)):
            names = [argument.split()[0] for argument in arguments.split(",")]
            found[name] = (names, dict(_LINE.findall(body)))
    return found


def general() -> dict[str, str]:
    """The expressions of the settings that main.bicep makes itself."""
    block = re.search(r"^var generalSettings = \{\n(.*?)^\}", code(MAIN), re.MULTILINE | re.DOTALL)
    assert block
    return dict(_LINE.findall(block[1]))


def defaults() -> dict[str, Node]:
    """The parameters of main.bicep with their defaults; None for those without."""
    return {name: at(node, "default") for name, node in table(read(MAIN), "parameters").items()}


def app_settings(given: Values) -> dict[str, str]:
    """The app settings for these parameters of main.bicep, without those that are not given."""
    values = defaults() | dict(given)
    made = {name: evaluate(text, values) for name, text in general().items()}
    known = functions()
    for name, texts in _CALL.findall(code(MAIN)):
        names, expressions = known[name]
        arguments = [values[text.removesuffix(" ?? {}").strip()] for text in texts.split(",")]
        scope = dict(zip(names, arguments, strict=True))
        made |= {setting: evaluate(text, scope) for setting, text in expressions.items()}
    return {name: value for name, value in made.items() if value}


def evaluate(expression: str, scope: Values) -> str:
    """The text of a setting.

    Raises:
        ValueError: the expression has a form that is not known here.
    """
    if match := _OFF.fullmatch(expression):
        rules, rule, rest = match.groups()
        return "off" if rule in _list(scope[rules]) else evaluate(rest, scope)
    if match := _LIST.fullmatch(expression):
        return _string(scope[match[1]]) if scope[match[1]] else ""
    if match := re.fullmatch(r"toLower\((.+)\)", expression):
        return evaluate(match[1], scope).lower()
    if match := re.fullmatch(r"string\((.+)\)", expression):
        return _string(_value(match[1], scope))
    value = _value(expression, scope)
    assert isinstance(value, str), f"{expression} is not made a text"
    return value


def _value(expression: str, scope: Values) -> Node:
    if re.fullmatch(r"\w+", expression):
        return scope[expression]
    match = _VALUE.fullmatch(expression)
    if not match:
        raise ValueError(f"an expression of another form: {expression}")
    settings = scope["settings"] or {}
    assert isinstance(settings, dict)
    name, otherwise = match.groups()
    if settings.get(name) is not None:
        return settings[name]
    words: dict[str | None, Node] = {"''": "", "true": True, "false": False}
    return words[otherwise]


def _list(value: Node) -> list[Node]:
    assert isinstance(value, list)
    return value


def _string(value: Node) -> str:
    """What Bicep's string() makes: True of a boolean, JSON without blanks of lists and objects."""
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)


def parameters_of(path: Path, environ: Mapping[str, str]) -> dict[str, Node]:
    """The parameters that a parameter file gives, in an environment.

    Raises:
        KeyError: a variable is missing that the file has no default for.
    """
    text = re.sub(r"^using 'main\.bicep'$", "", path.read_text(), count=1, flags=re.MULTILINE)
    assert text != path.read_text(), f"{path} does not use main.bicep"
    tree = parse(re.sub(r"^param ", "var ", text, flags=re.MULTILINE))
    given = table(tree, "variables")
    return {name: _given(at(node, "value"), environ) for name, node in given.items()}


def _given(node: Node, environ: Mapping[str, str]) -> Node:
    if isinstance(node, list):
        return [_given(each, environ) for each in node]
    if isinstance(node, str):
        return node.replace("\\\\", "\\")
    if not isinstance(node, dict):
        return node
    if set(node) == {"function"}:
        return _called(table(node, "function"), environ)
    return {name.strip("'"): _given(value, environ) for name, value in node.items()}


def _called(call: dict[str, Node], environ: Mapping[str, str]) -> Node:
    name = at(call, "type")
    arguments = [_given(each, environ) for each in table(call, "parameters").values()]
    if name == "readEnvironmentVariable":
        variable, *otherwise = map(str, arguments)
        return environ.get(variable, *otherwise) if otherwise else environ[variable]
    (text,) = map(str, arguments)
    if name == "bool":
        return {"true": True, "false": False}[text]
    if name == "json":
        found: Node = json.loads(text)
        return found
    raise ValueError(f"a function that is not known here: {name}")
