"""Reading YAML: Butler's reading of it, and nothing that a hostile file could do."""

from pathlib import Path

import pytest

from local.butler.errors import ButlerConfigError
from local.butler.read_yaml import read_config, read_tree
from local.butler.tree import Block, Items, Scalar

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("word", ["No", "yes", "on", "0123", "12:30", "1e3", "2026-11-22", "~x"])
def test_a_scalar_stays_the_text_that_was_written(word: str) -> None:
    """`No` is no boolean and `12:30` no number: that is YAML 1.2, which Butler reads."""
    tree = read_tree(f"key: {word}\n", "x")
    assert tree.entries["key"] == Scalar(word, quoted=False, line=1)


@pytest.mark.parametrize(("text", "null"), [("", True), ("~", True), ("null", True), ("''", False)])
def test_nothing_is_told_from_an_empty_text(text: str, null: bool) -> None:
    """Butler's sample leaves lists empty."""
    value = read_tree(f"key: {text}\n", "x").entries["key"]
    assert isinstance(value, Scalar)
    assert value.is_null is null


def test_every_key_has_its_line() -> None:
    """So that an error can say where."""
    tree = read_tree("---\na:\n  b: 1\n\n  c: [2]\n", "x")
    block = tree.entries["a"]
    assert isinstance(block, Block)
    assert block.lines == {"b": 3, "c": 5}
    assert isinstance(block.entries["c"], Items)


def test_anchors_and_merged_blocks_are_followed() -> None:
    """What stands in the block itself counts more than what is merged into it."""
    tree = read_tree("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: *a\n", "x")
    merged = tree.entries["b"]
    assert isinstance(merged, Block)
    assert {key: getattr(value, "text", "") for key, value in merged.entries.items()} == {
        "x": "1",
        "y": "3",
    }
    assert tree.entries["c"] == tree.entries["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1\nb: 2\n", "line 2, column 2: not valid YAML"),
        ("a: 1\n b: 2\n", "line 2"),
        ("a:\n\t- 1\n", "line 2"),
        ("a: 1\na: 2\n", "line 2: a stands twice"),
        ("a: !!python/object/apply:os.system [echo]\n", "line 1: the tag"),
        ("a: !secret x\n", "line 1: the tag !secret"),
        ("? [1, 2]\n: 3\n", "line 1: a key must be a single word"),
        ("a: &a [*a]\n", "anchors"),
        ("a: {<<: 5}\n", "<< must name a block"),
        ("a: *b\n", "undefined alias"),
        ("a: 1\n---\nb: 2\n", "single document"),
        ("a: \x07\n", "not YAML"),
        ("[" * 100_000, "nested too deeply"),
        ("a: " + "[" * 60 + "]" * 60, "too deep"),
        (BOMB, "too large or too deep"),
        ("", "holds no settings"),
        ("just a text", "holds no settings"),
        ("- a\n- b\n", "holds no settings"),
    ],
)
def test_what_is_no_config_is_one_error_that_says_where(text: str, told: str) -> None:
    """No traceback, nothing is run, and memory stays what it is."""
    with pytest.raises(ButlerConfigError, match=r"^butler\.yaml") as caught:
        read_tree(text, "butler.yaml")
    assert told in str(caught.value)


def test_a_file_is_read_with_its_byte_order_mark(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "butler.yaml"
    path.write_bytes("\N{ZERO WIDTH NO-BREAK SPACE}Butler: {a: Grün}\r\n".encode())
    assert set(read_config(path).entries) == {"Butler"}


def test_a_file_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    """It is missing, a folder, in another encoding, or far too large."""
    large, latin = tmp_path / "large.yaml", tmp_path / "latin.yaml"
    large.write_text("a: 1\n" * 200_000)
    latin.write_bytes(b"a: Gr\xfcn\n")
    for path, told in (
        (tmp_path / "none.yaml", "does not exist"),
        (tmp_path, "can't be read"),
        (large, "larger than 512 KB"),
        (latin, "not UTF-8"),
    ):
        with pytest.raises(ButlerConfigError, match=told) as caught:
            read_config(path)
        assert str(path) in str(caught.value)
