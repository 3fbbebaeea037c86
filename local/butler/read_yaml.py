"""Reads a YAML text into a tree, with limits: nothing in a config can run or fill the memory."""

from pathlib import Path

import yaml

from local.butler.errors import ButlerConfigError
from local.butler.tree import Block, Items, Node, Scalar

_MOST_BYTES = 512 * 1024  # Butler's own sample, with all its comments, has 80 KB
_MOST_NODES = 50_000  # counted after aliases are followed, so that few lines can't become millions
_MOST_DEPTH = 50
_MERGE = "tag:yaml.org,2002:merge"
_STANDARD = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(
    _STANDARD + name
    for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp", "value", "merge")
)


def read_config(path: Path) -> Block:
    """The tree of a config file.

    Raises:
        ButlerConfigError: the file can't be read, or is no YAML mapping within the limits.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise ButlerConfigError(f"{path} does not exist.") from None
    except OSError as error:
        raise ButlerConfigError(f"{path} can't be read: {error}") from error
    if len(content) > _MOST_BYTES:
        raise ButlerConfigError(
            f"{path} is larger than {_MOST_BYTES // 1024} KB, which no Butler config is. Give the "
            "YAML file that Butler is started with."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ButlerConfigError(f"{path} is not UTF-8 ({error}). Save it as UTF-8.") from error
    return read_tree(text, str(path))


def read_tree(text: str, name: str) -> Block:
    """The tree of a YAML text; `name` is whose text it is, for errors.

    Raises:
        ButlerConfigError: it is no YAML mapping within the limits.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        tree = _Reader(name).node(root, 0) if root else None
    except yaml.MarkedYAMLError as error:
        raise ButlerConfigError(_syntax(name, error)) from None
    except yaml.YAMLError as error:
        raise ButlerConfigError(f"{name} is not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise ButlerConfigError(f"{name} is nested too deeply for a Butler config.") from None
    if not isinstance(tree, Block):
        raise ButlerConfigError(f"{name} holds no settings: a Butler config begins with 'Butler:'.")
    return tree


def _syntax(name: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    told = " ".join(part for part in (error.context, error.problem) if part)
    return f"{name}{where}: not valid YAML ({told})."


class _Reader:
    """Turns nodes of the parser into the tree, and counts them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = _MOST_NODES

    def node(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + 1
        self._left -= 1
        if self._left < 0 or depth > _MOST_DEPTH:
            raise self._error(line, "too large or too deep once its anchors (& and *) are followed")
        if node.tag not in _KNOWN_TAGS:
            raise self._error(line, f"the tag {node.tag} means nothing in a Butler config")
        if isinstance(node, yaml.ScalarNode):
            return Scalar(node.value, node.style in {"'", '"', "|", ">"}, line)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self.node(item, depth + 1) for item in node.value), line)
        return self._block(node, depth, line)

    def _block(self, node: yaml.Node, depth: int, line: int) -> Block:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        merged: list[Block] = []
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            value = self.node(value_node, depth + 1)
            if key_node.tag == _MERGE:
                merged += self._merged(value, key_line)
                continue
            key = self._key(key_node, key_line)
            if key in entries:
                raise self._error(key_line, f"{key} stands twice in one block; keep one of them")
            entries[key], lines[key] = value, key_line
        for block in merged:
            entries = {**block.entries, **entries}
            lines = {**block.lines, **lines}
        return Block(entries, lines, line)

    def _merged(self, value: Node, line: int) -> list[Block]:
        """What `<<` takes over; the first of several blocks counts most."""
        blocks = value.items if isinstance(value, Items) else (value,)
        if not all(isinstance(block, Block) for block in blocks):
            raise self._error(line, "<< must name a block")
        return [block for block in blocks if isinstance(block, Block)]

    def _key(self, node: yaml.Node, line: int) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(line, "a key must be a single word")
        return str(node.value)

    def _error(self, line: int, text: str) -> ButlerConfigError:
        return ButlerConfigError(f"{self._name}, line {line}: {text}.")
