"""Scans are remembered by everything they depend on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.config import load
from bakehouse.workspace import scan_memory
from bakehouse.workspace.git_tree import GitFile, GitTree
from bakehouse.workspace.scan_memory import ScanMemory

FILES = {
    "api/Dockerfile": "FROM node:${V:-1}\nCOPY src /\n",
    "api/src/a.js": "a",
    "compose.yaml": "services:\n  web:\n    build: { context: web, args: [TOKEN] }\n",
    "web/Dockerfile": "FROM node\n",
}


class Memory:
    """Scans of trees made from a mapping; `scans` counts those that were really done."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.scans = 0
        original = scan_memory.discover

        def counted(*arguments):
            self.scans += 1
            return original(*arguments)

        monkeypatch.setattr(scan_memory, "discover", counted)

    def __call__(self, files=None, env=None, toml=""):
        (self.root / "bakehouse.toml").write_text(toml)
        texts = FILES | (files or {})
        texts = {name: text for name, text in sorted(texts.items()) if text is not None}
        tree = GitTree(
            {name: GitFile("100644", str(hash(text))) for name, text in texts.items()},
            lambda path, file: texts[path].encode(),
        )
        found = ScanMemory(self.root / "scans", env or {}).scan(self.root, load(self.root, env={}), tree)
        return {s.name: s for s in found.services}


@pytest.fixture
def memory(tmp_path, monkeypatch):
    return Memory(tmp_path, monkeypatch)


def test_the_same_tree_is_scanned_once(memory):
    first = memory()
    assert sorted(first) == ["api", "web"]
    assert memory() == first
    assert memory(files={"api/src/a.js": "other content"}) == first
    assert memory.scans == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"files": {"api/Dockerfile": "FROM alpine\n"}},
        {"files": {"api/src/b.js": "a new name"}},
        {"files": {"api/src/a.js": None}},
        {"files": {"compose.yaml": "services: {}\n"}},
        {"env": {"TOKEN": "t"}},
        {"toml": '[services.web]\nskip = "not now"\n'},
    ],
)
def test_what_a_scan_depends_on_makes_it_anew(memory, changed):
    memory()
    memory(**changed)
    assert memory.scans == 2


def test_a_variable_that_no_compose_file_names_does_not_count(memory):
    memory()
    memory(env={"UNRELATED": "x"})
    assert memory.scans == 1


def test_only_a_few_are_kept_and_a_damaged_one_is_made_anew(memory):
    for number in range(8):
        memory(files={f"n{number}": ""})
    kept = list((memory.root / "scans").iterdir())
    assert len(kept) == scan_memory.MOST_KEPT
    for path in kept:
        path.write_bytes(b"garbage")
    memory(files={"n7": ""})
    assert memory.scans == 9
