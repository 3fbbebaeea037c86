"""Tools from npm: installed once for each lock file, and a failure says what to do."""

import json
from pathlib import Path

import pytest

from local.npm_tool import NpmError, NpmTool


def a_tool(folder: Path, version: str) -> NpmTool:
    """A tool that needs no package, so that nothing has to be fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    package = {"name": "tool", "version": version}
    lock = {**package, "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    (folder / "package.json").write_text(json.dumps(package))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    return NpmTool("tool", folder)


def test_a_tool_is_installed_once_for_each_lock_file(tmp_path: Path) -> None:
    """What is there already is left alone; another lock file is another installation."""
    tool = a_tool(tmp_path / "source", "1.0.0")
    modules = tool.install(tmp_path / "tools") / "node_modules"
    modules.mkdir(exist_ok=True)
    (modules / "left alone").touch()
    tool.install(tmp_path / "tools")
    assert (modules / "left alone").exists()
    a_tool(tmp_path / "source", "2.0.0").install(tmp_path / "tools")
    assert not (modules / "left alone").exists()


def test_a_failure_has_npms_own_words_and_is_tried_again(tmp_path: Path) -> None:
    """Nothing is taken for installed that is not."""
    tool = a_tool(tmp_path / "source", "1.0.0")
    asks_for_more = {"name": "tool", "version": "1.0.0", "dependencies": {"one": "1.0.0"}}
    (tmp_path / "source" / "package.json").write_text(json.dumps(asks_for_more))
    for _ in range(2):
        with pytest.raises(
            NpmError, match=r"could not install tool(.|\n)*npm says:(.|\n)*npm error"
        ):
            tool.install(tmp_path / "tools")
