"""The package of this very checkout, built once for all tests."""

from pathlib import Path

import pytest

from local.package.build import build

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deployment zip as CI builds it."""
    path = tmp_path_factory.mktemp("package") / "license-steward.zip"
    build(ROOT, path)
    return path
