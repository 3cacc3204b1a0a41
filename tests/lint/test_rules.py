"""Every rule: registered, documented, with cases that fail and pass, and exact results of its fix."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

from bakehouse import config
from bakehouse.lint import rules
from bakehouse.lint.fixing import Fixer
from bakehouse.lint.linter import Linter
from bakehouse.lint.repo import Repo
from bakehouse.lint.rules import FILE_RULES, REPO_RULES, SYNTAX_RULE, rule_infos
from bakehouse.lint.selection import Selection
from bakehouse.model.finding import FixSafety
from bakehouse.workspace.discover import discover
from tests.lint.cases import CASES, Case, all_cases, read_cases

RULES = {info.name: info for info in rule_infos()}


def _repo(case: Case, root: Path) -> Repo:
    path = case.options.get("path", "Dockerfile")
    for name, data in {path: case.dockerfile, **case.files}.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        sparse = re.fullmatch(rb"<sparse (\d+)>\n", data)
        target.write_bytes(b"" if sparse else data)
        if sparse:
            os.truncate(target, int(sparse[1]))
    lint = {k.removeprefix("lint."): v for k, v in case.options.items() if k.startswith("lint.")}
    settings = config.load(root, {f"lint.{key}": value for key, value in lint.items()}, env={})
    repo = Repo(root, settings, discover(root, settings) if case.files else None)
    if repo.workspace is None:
        repo.add(path, case.dockerfile)
    else:
        for name in sorted({path, *(s.dockerfile for s in repo.workspace.services if s.dockerfile)}):
            repo.add(name, (root / name).read_bytes())
    return repo


def _linter(case: Case) -> Linter:
    return Linter(Selection(frozenset({case.rule}), {}))


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case, tmp_path: Path) -> None:
    linter = _linter(case)
    found = linter.check(_repo(case, tmp_path))
    assert not linter.broken
    lines = [f.place.line for f in found]
    if not case.bad:
        assert not found, [f.message for f in found]
    elif "lines" in case.options:
        assert lines == [int(n) for n in case.options["lines"].split(",")]
    else:
        assert lines
    for finding in found:
        assert finding.rule == case.rule
        assert finding.fix is None or RULES[case.rule].fix is not FixSafety.NONE
        assert finding.fix is None or RULES[case.rule].fix is FixSafety.SAFE or not finding.fix.safe


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("case", [c for c in all_cases() if c.bad], ids=str)
def test_fix(case: Case, unsafe: bool, tmp_path: Path) -> None:
    """The exact result; nothing is taken back, and a second run changes nothing."""
    wanted = case.fixed_unsafe if unsafe else case.fixed
    path = case.options.get("path", "Dockerfile")
    repo = _repo(case, tmp_path)
    linter = _linter(case)
    done = Fixer(linter, unsafe=unsafe).fix(repo)
    assert not linter.broken
    assert not [f for file in done for f in file.taken_back]
    if wanted is None and unsafe and case.fixed is not None:
        wanted = case.fixed  # a safe fix is applied in unsafe mode too
    after = repo.read(path)
    if wanted is not None:
        assert after is not None
        assert after.decode("utf-8", "surrogateescape") == wanted.decode("utf-8", "surrogateescape")
        assert not any(f.fix and (f.fix.safe or unsafe) and f.fix.edits for f in linter.check(repo))
    elif not unsafe or case.fixed_unsafe is None:
        assert after == case.dockerfile, "the fix changes the file: the case should say how"
    if unsafe:
        for name, data in case.created.items():
            assert repo.read(name) == data


@pytest.mark.parametrize("name", RULES)
def test_enough_cases(name: str) -> None:
    cases = read_cases(CASES / f"{name}.txt")
    assert sum(case.bad for case in cases) >= 2
    assert sum(not case.bad for case in cases) >= 2
    if RULES[name].fix is FixSafety.SAFE:
        assert any(case.fixed is not None or case.created for case in cases)
    if RULES[name].fix is FixSafety.UNSAFE:
        assert any(case.fixed_unsafe is not None or case.created for case in cases)


def test_every_file_is_registered() -> None:
    here = Path(rules.__file__).parent
    files = {path.stem for path in here.glob("*.py") if path.stem != "__init__"}
    assert files == {module.__name__.rpartition(".")[2] for module in (SYNTAX_RULE, *FILE_RULES, *REPO_RULES)}
    assert list(rules._NAMES) == sorted(rules._NAMES)


@pytest.mark.parametrize("name", RULES)
def test_page(name: str) -> None:
    """A rule's page: named as its file, with all its headings, its bad example found and its good one not."""
    info = RULES[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    module = next(m for m in (SYNTAX_RULE, *FILE_RULES, *REPO_RULES) if m.RULE is info)
    assert module.__name__.rpartition(".")[2] == name.replace("-", "_")
    headings = re.findall(r"^## (.+)$", info.page, re.MULTILINE)
    assert [h for h in headings if h in ("What", "Bad", "Good", "Fix")] == ["What", "Bad", "Good", "Fix"]
    assert info.summary and len(info.summary) <= 100
    assert not re.search(r"\S {4,}\S", info.page), "a backslash at the end of a docstring's line must be doubled"
    msgspec.json.encode(info)


@pytest.mark.parametrize("module", [SYNTAX_RULE, *FILE_RULES], ids=lambda m: m.RULE.name)
def test_examples_of_the_page(module, tmp_path: Path) -> None:
    """The page's Dockerfiles: the bad one is found, the good one is not."""
    for heading, bad in (("Bad", True), ("Good", False)):
        text = module.RULE.page.partition(f"## {heading}")[2]
        example = re.search(r"```dockerfile\n(.*?)```", text, re.DOTALL)
        if example is None:
            continue
        source = example[1] if example[1].lstrip().startswith(("FROM", "#", "ARG")) else "FROM debian:12\n" + example[1]
        case = Case(module.RULE.name, bad, heading, {}, source.encode())
        found = _linter(case).check(_repo(case, tmp_path))
        assert bool(found) is bad or "needs more than the file" in module.RULE.page, [f.message for f in found]
