"""docs/settings.md holds every setting as the model has it, and no other."""

import re
from pathlib import Path

from shared.domain.points import RESERVED_TAGS
from shared.settings import SETTING_REFERENCE, SettingInfo

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
_ROW = re.compile(r"\| `([A-Z_]+)` \|.*\|")


def row(info: SettingInfo) -> str:
    """The line of the document's table that describes a setting."""
    return (
        f"| `{info.name}` | {_code(info.default)} | {info.meaning} | {info.takes} "
        f"| {_code(info.example)} |"
    )


def _code(text: str) -> str:
    words = ("required", "none", "system CAs", "the host", "4242; 443")
    return text if text.startswith(words) and text != "none or required" else f"`{text}`"


def test_every_setting_is_documented_as_it_is() -> None:
    """The table has a row for each setting with all that the model says, in its order."""
    rows = [line for line in DOCUMENT.read_text().splitlines() if _ROW.fullmatch(line)]
    assert rows == [row(info) for info in SETTING_REFERENCE]


def test_every_setting_says_what_it_means() -> None:
    """No setting is without a meaning, an example or what it takes, and none breaks the table."""
    for info in SETTING_REFERENCE:
        assert info.meaning.endswith("."), info.name
        assert info.example, info.name
        assert info.takes, info.name
        assert "|" not in info.meaning + info.takes + info.example + info.default, info.name


def test_the_document_names_no_setting_that_does_not_exist() -> None:
    """A name in the text that looks like a setting is one, or the beginning of one."""
    names = {info.name for info in SETTING_REFERENCE}
    for mentioned in re.findall(r"`([A-Z]+(?:_+[A-Z]+)*_*)`", DOCUMENT.read_text()):
        known = mentioned in names or any(name.startswith(mentioned) for name in names)
        assert known or mentioned == "AZURE_CLIENT_ID", mentioned


def test_the_document_names_the_tags_that_the_app_keeps_for_itself() -> None:
    """Whoever chooses static tags can know beforehand which are refused."""
    (sentence,) = re.findall(
        r"^Static tags must not have[^.]*\.", DOCUMENT.read_text(), re.MULTILINE
    )
    assert set(re.findall(r"`(\w+)`", sentence)) == RESERVED_TAGS
