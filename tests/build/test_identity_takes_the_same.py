"""Identities look at no less than what a build takes, and at no more where a source is written exactly."""

from __future__ import annotations

import pytest
from tests.workspace.context_cases import CASES, lay_out

from bakehouse.build.identity.demand import read_demand
from bakehouse.build.identity.selection import Selection
from bakehouse.dockerfile.ignore import read_ignore
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.context_selection import take
from bakehouse.workspace.context_tree import ContextTree
from bakehouse.workspace.work_tree import WorkTree


@pytest.mark.parametrize("case", [c for c in CASES if c.taken is not None], ids=lambda case: case.name)
def test_files_of_an_identity(case, tmp_path):
    lay_out(tmp_path, case)
    meaning = interpret(parse(case.dockerfile.encode()))
    matcher = read_ignore(case.ignore.encode())
    files = WorkTree(tmp_path)
    selection = Selection(files, ".", matcher)
    looked_at = {
        found.path
        for wanted in read_demand(meaning, "linux/amd64").takes
        for found in selection.take(wanted)
        if found.entry.kind is EntryKind.FILE
    }
    tree = ContextTree(files, ".", matcher)
    taken = {
        node.path
        for source in meaning.context_sources
        for node in take(tree, source).nodes
        if node.entry.kind is EntryKind.FILE
    }
    assert looked_at >= taken
    if not case.labs and "[" not in case.dockerfile:
        assert looked_at == taken
