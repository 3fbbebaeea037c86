"""What an import collects: settings with where they come from, secrets, and what to tell."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.butler.section import Section


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that behaves differently here, in words for an operator."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class NeededSecret:
    """A secret that the settings only name.

    `setting` lacks its ending: `_SECRET` with `vault_name`, or `_FILE` with `file`. `fill` says
    what belongs into it.
    """

    setting: str
    vault_name: str
    file: str
    fill: str


@dataclass(frozen=True, slots=True)
class LookAt:
    """Something for a person to look at, unless they gave one of the settings it is about."""

    settings: tuple[str, ...]
    text: str


@dataclass(slots=True)
class Draft:
    """Fills up while the blocks are read."""

    settings: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    secrets: list[NeededSecret] = field(default_factory=list)
    look_at: list[LookAt] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def put(self, setting: str, value: str | None, section: Section, key: str) -> None:
        """A text; None is not carried over."""
        if value is not None:
            self.settings[setting] = value
            self.origins[setting] = f"{section.key(key)}, line {section.line(key)}"

    def look(self, setting: str, text: str, *others: str) -> None:
        """Ask for a look at a setting, which `others` may settle too."""
        self.look_at.append(LookAt((setting, *others), text))

    def put_switch(self, setting: str, *, value: bool, section: Section, key: str) -> None:
        """True or false."""
        self.put(setting, str(value).lower(), section, key)

    def put_json(
        self,
        setting: str,
        value: Sequence[object] | Mapping[str, str],
        section: Section,
        key: str,
    ) -> None:
        """A list or map, unless it is empty."""
        if value:
            self.put(setting, json.dumps(value, ensure_ascii=False), section, key)
