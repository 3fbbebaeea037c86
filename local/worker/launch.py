"""Starts the worker process, with its pipes and nothing else of ours."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.worker.invocation import IndexingError

_ROOT = Path(__file__).resolve().parents[2]


async def launch(app_dir: Path, env: Mapping[str, str]) -> tuple[asyncio.subprocess.Process, int]:
    """Starts a worker process; returns it and our end of its answer pipe.

    Raises:
        IndexingError: the folder holds no function app.
    """
    folder = _app_folder(app_dir)
    answers_fd, child_fd = os.pipe()
    try:
        return await _spawn(folder, env, child_fd), answers_fd
    except BaseException:
        os.close(answers_fd)
        raise
    finally:
        os.close(child_fd)


def _app_folder(app_dir: Path) -> str:
    if not (app_dir / "function_app.py").is_file():
        raise IndexingError(f"{app_dir} has no function_app.py: is it the folder of the app?")
    return str(app_dir.resolve())


async def _spawn(folder: str, env: Mapping[str, str], child_fd: int) -> asyncio.subprocess.Process:
    # Own session: Ctrl-C reaches the host, which then ends the worker in good order.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        "-m",
        "local.worker.process",
        str(child_fd),
        folder,
        env=dict(env),
        cwd=_ROOT,
        pass_fds=(child_fd,),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
