"""azure.yaml names what is there, and a package holds the app alone."""

import re
import subprocess
from pathlib import Path

from tests.infra.bicep import FOLDER, code

AZURE_YAML = Path("azure.yaml").read_text()
APP = {"function_app.py", "host.json", "requirements.txt", "functions", "shared"}


def test_hooks_are_files_for_both_shells() -> None:
    """Each hook has a script for sh and one for PowerShell."""
    hooks = re.findall(r"run: (\S+)", AZURE_YAML)
    assert len(hooks) == 6
    assert all(Path(hook).is_file() for hook in hooks)
    assert {Path(hook).suffix for hook in hooks} == {".sh", ".ps1"}


def test_templates_and_parameters_are_where_azd_looks() -> None:
    """It takes main.bicep and main.bicepparam of the folder."""
    folder = re.search(r"path: (\S+)", AZURE_YAML)
    module = re.search(r"module: (\S+)", AZURE_YAML)
    assert folder
    assert module
    assert Path(folder[1]) == FOLDER
    assert (FOLDER / f"{module[1]}.bicep").is_file()
    assert (FOLDER / f"{module[1]}.bicepparam").is_file()


def test_azd_finds_the_app_by_the_tag_of_its_service() -> None:
    """The service's name in azure.yaml is the value of the tag."""
    service = re.search(r"^services:\n  (\w+):", AZURE_YAML, re.MULTILINE)
    assert service
    assert f"'azd-service-name': '{service[1]}'" in code(FOLDER / "modules" / "function-app.bicep")


def test_the_package_is_not_built_by_azure() -> None:
    """A remote build was seen to take another Python than the app runs on (Azure fact B1)."""
    assert re.search(r"^    remoteBuild: false$", AZURE_YAML, re.MULTILINE)
    for script in Path("infra/hooks").glob("prepackage.*"):
        assert "--python-version 3.13" in script.read_text()


def test_a_package_holds_the_app_and_its_packages_and_nothing_else(tmp_path: Path) -> None:
    """Git reads .funcignore as the tools do, so it can say what is left of this project."""
    (tmp_path / ".gitignore").write_text(Path(".funcignore").read_text())
    known = [path.name for path in Path().iterdir() if path.name not in {".git", ".gitignore"}]
    for name in [*known, ".python_packages", "local.settings.json", ".env"]:
        _put(tmp_path / name, is_folder=Path(name).is_dir() or name == ".python_packages")
    (tmp_path / "shared" / "__pycache__").mkdir()
    (tmp_path / "shared" / "__pycache__" / "x.pyc").write_text("")
    left = {Path(name).parts[0] for name in _not_ignored(tmp_path)}
    assert left == APP | {".python_packages"}
    assert not any("__pycache__" in name for name in _not_ignored(tmp_path))


def _put(path: Path, *, is_folder: bool) -> None:
    if is_folder:
        path.mkdir(exist_ok=True)
        (path / "a_file.py").write_text("")
    else:
        path.write_text("")


def _not_ignored(folder: Path) -> list[str]:
    for command in (["init", "--quiet"], ["ls-files", "--others", "--exclude-standard"]):
        done = subprocess.run(  # noqa: S603 - fixed commands
            ["git", *command],  # noqa: S607
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout.splitlines()
