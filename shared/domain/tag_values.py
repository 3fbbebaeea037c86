"""Texts of a site as tag values of points."""

import re

from shared.domain.holders import NONE

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def tag_value(text: str) -> str:
    """A text that line protocol can carry as a tag: no control characters, no last backslash."""
    return _UNWRITABLE.sub(" ", text).strip().rstrip("\\ ") or NONE
