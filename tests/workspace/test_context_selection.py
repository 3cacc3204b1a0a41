"""What sources take of a context and what is sent for them, without an engine."""

from __future__ import annotations

import pytest
from tests.workspace.context_cases import CASES, expected, lay_out

from bakehouse.dockerfile.ignore import read_ignore
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.workspace.context_tree import ContextTree
from bakehouse.workspace.context_view import ContextView
from bakehouse.workspace.work_tree import WorkTree


def tree_of(root, ignore=""):
    return ContextTree(WorkTree(root, _no_digest), ".", read_ignore(ignore.encode()))


def _no_digest(path, stamp):
    raise AssertionError(f"{path}: nobody asked for contents")


def paths(nodes):
    return {node.path for node in nodes if not node.is_directory and node.path != ".dockerignore"}


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
