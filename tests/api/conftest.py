"""Repositories for the tests of what api wires together."""

from pathlib import Path

import pytest

from tests.api.git_repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = tmp_path / "shop"
    root.mkdir()
    return Repository(root)
