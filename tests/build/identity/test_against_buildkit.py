"""What identities count is never less than what BuildKit takes: the table that real BuildKit answered, once more."""

import pytest
from tests.workspace.context_cases import CASES, expected, lay_out

from bakehouse.build.identity.demand import read_demand
from bakehouse.build.identity.selection import Selection
from bakehouse.dockerfile.ignore import read_ignore
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.workspace.work_tree import WorkTree


@pytest.mark.parametrize("case", [c for c in CASES if c.taken is not None], ids=lambda case: case.name)
def test_nothing_that_buildkit_takes_is_left_out(case, tmp_path):
    lay_out(tmp_path, case)
    demand = read_demand(interpret(parse(case.dockerfile.encode())), "linux/amd64")
    selection = Selection(WorkTree(tmp_path), ".", read_ignore(case.ignore.encode()))
    counted = {taken.path for take in demand.takes for taken in selection.take(take)}
    assert expected(case.taken) - counted == set()


@pytest.mark.parametrize("case", [c for c in CASES if c.taken is not None and not c.labs], ids=lambda case: case.name)
def test_and_seldom_more(case, tmp_path):
    lay_out(tmp_path, case)
    demand = read_demand(interpret(parse(case.dockerfile.encode())), "linux/amd64")
    selection = Selection(WorkTree(tmp_path), ".", read_ignore(case.ignore.encode()))
    files = {name for name in case.plain if "[" not in case.dockerfile and "\\" not in case.dockerfile}
    counted = {taken.path for take in demand.takes for taken in selection.take(take)} & files
    assert counted <= expected(case.taken) | {".dockerignore"}
