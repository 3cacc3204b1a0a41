"""What sources take of a context and what is sent for them, without an engine."""

from __future__ import annotations

import pytest
from tests.workspace.context_cases import CASES, expected, lay_out

from bakehouse.dockerfile.ignore import read_ignore
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.workspace.context_tree import ContextTree, find_ignore_file, open_context
from bakehouse.workspace.context_view import ContextView
from bakehouse.workspace.work_tree import WorkTree


def tree_of(root, ignore=""):
    return ContextTree(WorkTree(root, _no_digest), ".", read_ignore(ignore.encode()))


def _no_digest(path, stamp):
    raise AssertionError(f"{path}: nobody asked for contents")


def paths(nodes):
    return {node.path for node in nodes if not node.is_directory and node.path != ".dockerignore"}


def test_which_ignore_file_is_in_force(tmp_path):
    files = {"a/.dockerignore": "x", "d/Dockerfile.dockerignore": "y"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/.dockerignore").symlink_to("nowhere")
    (tmp_path / "c/.dockerignore").mkdir(parents=True)
    source = WorkTree(tmp_path)
    assert find_ignore_file(source, "d/Dockerfile", "a") == "d/Dockerfile.dockerignore"
    assert find_ignore_file(source, "d/Other", "a") == find_ignore_file(source, None, "a") == "a/.dockerignore"
    assert find_ignore_file(source, "d/Other", "b") is None
    assert find_ignore_file(source, "d/Other", "c") is None
    assert open_context(source, "d/Other", "b").matcher is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_sources_take_exactly_what_buildkit_takes(case, tmp_path):
    lay_out(tmp_path, case)
    meaning = interpret(parse(case.dockerfile.encode()))
    view = ContextView(tree_of(tmp_path, case.ignore), meaning)
    found = view.taken
    if case.taken is None:
        assert any(t.problem for t in found)
        return
    assert [t.problem for t in found if t.problem] == []
    assert {path for t in found for path in paths(t.nodes)} == expected(case.taken)
    links = {name.partition(" -> ")[0] for name in case.listed if " -> " in name}
    assert paths(view.sent) - links == expected(case.sent or case.taken) - links
