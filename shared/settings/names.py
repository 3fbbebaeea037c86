"""Which of the environment's names are ours, which are misspelled, which are given twice."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings.reference import SETTING_REFERENCE

KNOWN = {info.name: info for info in SETTING_REFERENCE}
_GROUPS = tuple(sorted({name.split("__")[0] for name in KNOWN if "__" in name}))
# A protection whose name lacks a part must not be silently without effect either.
_CLAIMED = ("LICENSE_RELEASE_", "NEVER_RELEASE_", "EARLY_WARNING")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a setting (`name`, in capitals); `text` goes on after the name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Given:
    """Our settings as they were given: values and spellings by the setting's own name."""

    values: Mapping[str, str]
    spellings: Mapping[str, str]
    problems: tuple[Problem, ...]

    def spelling(self, name: str) -> str:
        """The name as the operator wrote it."""
        return self.spellings.get(name, name)


def read_names(environ: Mapping[str, str]) -> Given:
    """Pick our settings out of an environment; a blank text counts as not given."""
    spellings: dict[str, list[str]] = {}
    for spelling in environ:
        if _is_ours(spelling.upper()):
            spellings.setdefault(spelling.upper(), []).append(spelling)
    problems = [problem for name, found in spellings.items() for problem in _problems(name, found)]
    known = {name: found[0] for name, found in spellings.items() if name in KNOWN}
    values = {name: environ[spelling] for name, spelling in known.items()}
    return Given(
        {name: value for name, value in values.items() if not _is_unset(name, value)},
        known,
        tuple(problems),
    )


def _is_unset(name: str, value: str) -> bool:
    return KNOWN[name].blank_is_unset and not value.strip()


def _is_ours(name: str) -> bool:
    return (
        name in KNOWN
        or name in _GROUPS
        or name.startswith(tuple(f"{group}__" for group in _GROUPS))
        or name.startswith(_CLAIMED)
        or _plain(name) in _PLAIN_NAMES
    )


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name)


_PLAIN_NAMES = {_plain(name): name for name in KNOWN}


def _problems(name: str, spellings: list[str]) -> list[Problem]:
    if name not in KNOWN:
        return [Problem(name, f"is not a setting of this app.{_hint(name)}")]
    if len(spellings) > 1:
        found = " and ".join(sorted(spellings))
        return [Problem(name, f"is given more than once, as {found}; keep one of them.")]
    return []


def _hint(name: str) -> str:
    if f"{name}_SECRET" in KNOWN:
        return (
            f" Give the name of a Key Vault secret in {name}_SECRET or a path in {name}_FILE, "
            "never the secret itself."
        )
    close = difflib.get_close_matches(_plain(name), _PLAIN_NAMES, n=1, cutoff=0.7)
    if not close:
        return " Remove it; docs/settings.md lists all settings."
    return f" Did you mean {_PLAIN_NAMES[close[0]]}?"
