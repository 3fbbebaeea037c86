"""docs/from-butler.md says what the import really does."""

import re
from pathlib import Path

import pytest

from local.butler.convert import convert
from local.butler.differences import ALL
from local.butler.formats import Format, app_settings
from local.butler.keys import BLOCKS, BUTLER_KEYS
from local.butler.later_words import NotUnderstoodError
from local.butler.ncrontab import convert_schedule
from local.butler.read_yaml import read_tree
from shared.settings import SETTING_REFERENCE, load_settings
from shared.settings.rules import switches

PAGE = Path("docs/from-butler.md").read_text()
DEMO = {
    "QLIK_SENSE__HOST": "127.0.0.1",
    "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": ".run/demo-certificates/client.pem",
}


def section(title: str) -> str:
    """The text below a heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_key_that_is_handled_has_its_row_and_no_other() -> None:
    """With the settings that it becomes, in the order of the code, block by block."""
    rows = re.findall(
        r"^\| `([\w.\[\]]+)` \| (.+?) \| (.*?) ?\|$", section("Every key"), re.MULTILINE
    )
    ordered = sorted(BUTLER_KEYS, key=lambda key: BLOCKS.index(key.path.split(".")[0]))
    assert rows == [
        (
            key.path,
            "<br>".join(f"`{name}`" for name in key.settings) or "not carried over",
            key.remark,
        )
        for key in ordered
    ]


def test_keys_are_unique_and_become_settings_that_exist() -> None:
    """A key that is not carried over has a reason."""
    names = {info.name for info in SETTING_REFERENCE}
    assert len({key.path for key in BUTLER_KEYS}) == len(BUTLER_KEYS)
    for key in BUTLER_KEYS:
        assert set(key.settings) <= names, key.path
        assert key.settings or key.remark, key.path


def test_every_difference_stands_there_word_for_word() -> None:
    """Those that the command tells, in its order."""
    text = " ".join(section("What behaves differently, and why").split())
    listed = re.findall(r"- \*\*(.+?)\.\*\* (.+?)(?= - \*\*|$)", text)
    assert listed == [(each.title, each.text) for each in ALL]


def test_the_frequencies_become_what_the_table_says() -> None:
    """And what the page calls refused is refused."""
    text = section("Frequencies")
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", text, re.MULTILINE)
    assert len(rows) >= 10
    for frequency, ncrontab in rows:
        assert convert_schedule(frequency).ncrontab == ncrontab
    refused = re.findall(r"`((?:every|on|at) [^`]+)`", text.split("is refused", 1)[1])
    assert len(refused) == 4
    for frequency in refused:
        with pytest.raises(NotUnderstoodError):
            convert_schedule(frequency)


def test_the_config_of_the_guide_makes_a_dry_plan() -> None:
    """It can be imported as it stands; plans are made, and nothing goes."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    done = convert(read_tree(text, "butler.yaml"), "butler.yaml", DEMO)
    settings = load_settings(app_settings(done, Format.SETTINGS_FILE))
    held = switches(settings)
    assert held.enabled
    assert held.dry_run
    assert not held.confirmed
    assert settings.license_release.professional.threshold_days == 60


def test_every_format_is_explained() -> None:
    """By the name that the option takes."""
    rows = re.findall(r"^\| `([a-z-]+)`", section("In Azure"), re.MULTILINE)
    assert rows[0] == "--format"
    assert sorted(rows[1:]) == sorted(Format)
