"""`python -m local ...` as an operator runs it, with a settings file."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.conftest import APP, Steward
from tests.unit.commands.command import Done


@dataclass(frozen=True)
class CommandLine:
    """Runs commands on the app's storage account; `settings` are those of the file."""

    file: Path

    @classmethod
    async def of(
        cls, app: Steward, folder: Path, settings: Mapping[str, str] | None = None
    ) -> "CommandLine":
        """With SITE_NAME and the storage account alone, unless more is given."""
        file = folder / "production.settings.json"
        site = json.loads((await app.get("status")).body)["site"]
        values = {"SITE_NAME": site, "AzureWebJobsStorage": app.storage}
        file.write_text(json.dumps({"Values": {**values, **(settings or {})}}))
        return cls(file)

    async def __call__(self, *arguments: str) -> Done:
        """Run one command to its end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "local", *arguments, "--settings", str(self.file)),
            cwd=APP,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Done(process.returncode or 0, out.decode(), err.decode())
