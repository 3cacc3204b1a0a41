"""Small repositories, made from a mapping of path to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bakehouse.config import load
from bakehouse.model.service import Workspace
from bakehouse.workspace.discover import discover

Find = Callable[[Mapping[str, str]], Workspace]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write the files below tmp_path and scan it."""

    def run(files: Mapping[str, str]) -> Workspace:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return discover(tmp_path, load(tmp_path, env={}))

    return run
