"""The world of the identity tests."""

from pathlib import Path

import pytest
from tests.build.identity.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    root = tmp_path / "repository"
    root.mkdir()
    return World(root)
