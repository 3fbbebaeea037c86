"""Keys that are not carried over: those known to have no counterpart, and those nobody knows."""

import difflib
import re
from collections.abc import Iterator

from local.butler.draft import Draft
from local.butler.keys import BLOCKS, BUTLER_KEYS
from local.butler.problems import Problems
from local.butler.tree import Block, Items, Node

_KNOWN = {key.path: key for key in BUTLER_KEYS}
_INSIDE = {
    path[:position]
    for path in _KNOWN
    for position in (match.start() for match in re.finditer(r"\[\]|\.", path))
}
_PROTECTING = "qlikSenseLicense.licenseRelease.neverRelease."
_CLOSE = 0.75


def tell_unknown(butler: Block, draft: Draft, problems: Problems) -> None:
    """Say what is left out; a misspelled key, or one that might protect somebody, is a problem."""
    for name, node in butler.entries.items():
        hint = _misspelled(name, BLOCKS, butler)
        if name in BLOCKS:
            _below(node, name, draft, problems)
        elif hint:
            problems.add(butler.lines[name], f"Butler.{name}", hint)
    others = sorted(set(butler.entries) - set(BLOCKS))
    if others:
        draft.left_out.append(f"other blocks, which are not about licenses: {', '.join(others)}")


def _below(node: Node, path: str, draft: Draft, problems: Problems) -> None:
    if isinstance(node, Items):
        for item in node.items:
            _below(item, f"{path}[]", draft, problems)
    elif isinstance(node, Block):
        for name, child in node.entries.items():
            _key(node, name, child, path, draft, problems)


def _key(block: Block, name: str, child: Node, path: str, draft: Draft, problems: Problems) -> None:
    full, line = f"{path}.{name}", block.lines[name]
    if full in _KNOWN:
        if not _KNOWN[full].settings:
            draft.left_out.append(f"line {line}, Butler.{full}: {_KNOWN[full].remark}")
    elif full in _INSIDE:
        _below(child, full, draft, problems)
    elif hint := _misspelled(name, _siblings(path), block):
        problems.add(line, f"Butler.{full}", hint)
    elif full.startswith(_PROTECTING):
        problems.add(line, f"Butler.{full}", "is no rule that can be carried over; remove it")
    else:
        draft.left_out.append(f"line {line}, Butler.{full}: not known here")


def _siblings(path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_names_below(path)))


def _names_below(path: str) -> Iterator[str]:
    for known in _KNOWN:
        if known.startswith(f"{path}."):
            yield re.split(r"[.\[]", known[len(path) + 1 :])[0]


def _misspelled(name: str, known: tuple[str, ...], block: Block) -> str | None:
    """A hint when the name is nearly one that is known and not there; Butler minds letter case."""
    if name in known:
        return None
    missing = {each.lower(): each for each in known if each not in block.entries}
    close = difflib.get_close_matches(name.lower(), missing, n=1, cutoff=_CLOSE)
    return f"is not known; did you mean {missing[close[0]]}?" if close else None
