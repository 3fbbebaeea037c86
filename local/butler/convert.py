"""From the tree of a Butler config to app settings; nothing is read or written here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.butler.connection import read_connection
from local.butler.differences import ALL
from local.butler.draft import Difference, Draft, NeededSecret
from local.butler.errors import ButlerConfigError
from local.butler.influxdb import read_influxdb
from local.butler.keys import BLOCKS, BUTLER_KEYS
from local.butler.licenses import read_monitor, read_release
from local.butler.problems import Problem, Problems
from local.butler.section import Section
from local.butler.tree import Block
from local.butler.unknown import tell_unknown

_SETTINGS_OF = {key.path: key.settings for key in BUTLER_KEYS}
# What an import must never switch on.
_NEVER_SET = {"LICENSE_RELEASE__DRY_RUN", "LICENSE_RELEASE__CONFIRM_SITE"}


@dataclass(frozen=True, slots=True)
class Import:
    """What a Butler config amounts to.

    Attributes:
        settings: app settings by name, without secrets.
        secrets: what the settings must name besides, as vault secrets or files.
        origins: the key and line that a setting comes from.
        look_at: what a person should look at.
        differences: what behaves differently here.
        left_out: what is not carried over, and why.
    """

    settings: Mapping[str, str]
    secrets: tuple[NeededSecret, ...]
    origins: Mapping[str, str]
    look_at: tuple[str, ...]
    differences: tuple[Difference, ...]
    left_out: tuple[str, ...]


def convert(tree: Block, name: str, given: Mapping[str, str]) -> Import:
    """The app settings for a Butler config.

    Args:
        tree: the config.
        name: whose it is, for errors.
        given: settings that the operator gives; they count instead of Butler's. A blank one is
            left out.

    Raises:
        ButlerConfigError: naming every key that can't be carried over, and what to do.
    """
    _refuse_switches(given)
    problems, draft = Problems(), Draft()
    butler = Section("Butler", _butler(tree, name), problems)
    licenses = butler.section("qlikSenseLicense")
    read_connection(butler, draft)
    read_influxdb(butler, draft)
    read_monitor(licenses, draft)
    read_release(licenses, draft)
    tell_unknown(butler.block, draft, problems)
    problems.found = [each for each in problems.found if not _is_decided(each, given)]
    if problems.found:
        raise problems.error(name)
    return _with_given(draft, given)


def _refuse_switches(given: Mapping[str, str]) -> None:
    for setting in sorted(_NEVER_SET & given.keys()):
        raise ButlerConfigError(
            f"{setting} is not set by an import: read a dry plan first, then set it yourself."
        )


def _butler(tree: Block, name: str) -> Block:
    """The block below `Butler`, or the whole file when somebody left that line out."""
    node = tree.entries.get("Butler")
    if isinstance(node, Block):
        return node
    if any(block in tree.entries for block in BLOCKS):
        return tree
    keys = [key for key in tree.entries if key.lower() == "butler" and key != "Butler"]
    hint = f" It says {keys[0]}; Butler minds letter case." if keys else ""
    raise ButlerConfigError(
        f"{name} is no Butler config: there is no block 'Butler:' with {', '.join(BLOCKS)} in it."
        f"{hint}"
    )


def _is_decided(problem: Problem, given: Mapping[str, str]) -> bool:
    path = re.sub(r"\[\d+\]", "[]", problem.key.removeprefix("Butler."))
    return any(setting in given for setting in _SETTINGS_OF.get(path, ()))


def _with_given(draft: Draft, given: Mapping[str, str]) -> Import:
    host = {**draft.settings, **given}.get("QLIK_SENSE__HOST", "")
    if "SITE_NAME" not in given and host:
        draft.settings["SITE_NAME"] = host
        draft.look("SITE_NAME", f"SITE_NAME is {host}; choose a name for your site with --site")
    settings = {k: v for k, v in {**draft.settings, **given}.items() if v.strip()}
    secrets = tuple(each for each in draft.secrets if not _is_given(each.setting, given))
    differences = [each for each in ALL if each in draft.differences]
    return Import(
        settings,
        secrets,
        {k: v for k, v in draft.origins.items() if k not in given},
        tuple(
            each.text
            for each in draft.look_at
            if not any(_is_given(setting, given) for setting in each.settings)
        ),
        tuple(differences),
        tuple(draft.left_out),
    )


def _is_given(setting: str, given: Mapping[str, str]) -> bool:
    return any(f"{setting}{form}" in given for form in ("", "_SECRET", "_FILE"))
