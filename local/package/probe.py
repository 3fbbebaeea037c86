"""Looks into an unpacked package from an interpreter that sees nothing else; see `check`.

Run as `python -I -S probe.py APP WORKER PROJECT`: the folder of the app, one with Microsoft's
worker code, and the project's, which is only needed for the worker's message classes. Prints JSON.
"""

import ast
import asyncio
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

_LIBRARIES = ".python_packages/lib/site-packages"


def main(app: Path, worker: Path, project: Path) -> None:
    """Prints the functions that the worker finds and the imports that fail."""
    sys.path.append(str(project))
    from local.worker import messages  # noqa: PLC0415 - the path is set only now

    sys.path.remove(str(project))
    sys.path[:0] = [str(app), str(app / _LIBRARIES), str(worker)]
    functions, failure = asyncio.run(_index(app, messages))
    failed = {} if failure else dict(_failing_imports(app))
    print(json.dumps({"functions": functions, "failure": failure, "imports": failed}))  # noqa: T201


async def _index(app: Path, messages: ModuleType) -> tuple[list[str], str | None]:
    import azure_functions_runtime as runtime  # noqa: PLC0415 - the path is set only now

    init = SimpleNamespace(capabilities={}, function_app_directory=str(app))
    request = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=init),
        properties={"host": "127.0.0.1", "protos": messages},
    )
    # The first one loads the app, so it is the first to tell what is wrong with it.
    for ask in (runtime.worker_init_request, runtime.functions_metadata_request):
        answer = await ask(request)
        if answer.result.status != messages.StatusResult.Success:
            return [], f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}"
    return sorted(each.name for each in answer.function_metadata_results or ()), None


def _failing_imports(app: Path) -> Iterator[tuple[str, str]]:
    """What the code imports, also inside functions: a library may first be needed weeks later."""
    for name in sorted(_imported(app)):
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - whatever a module does at import, it is told
            yield name, f"{type(error).__name__}: {error}"


def _imported(app: Path) -> set[str]:
    names: set[str] = set()
    for file in [*app.glob("functions/**/*.py"), *app.glob("shared/**/*.py")]:
        names.add(".".join(file.relative_to(app).with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    return names


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
