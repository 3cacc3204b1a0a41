"""The linter has nothing to say about the example's own Dockerfiles, and much about those they had before."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.api import linting
from bakehouse.api.linting import LintRequest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "tradingsystem"
LEGACY = sorted(str(path.relative_to(EXAMPLE)) for path in EXAMPLE.rglob("Dockerfile.legacy"))


def test_the_examples_own_files_are_clean() -> None:
    report = linting.lint(EXAMPLE, LintRequest())
    assert [(f.place.path, f.place.line, f.rule) for f in report.findings] == []
    assert len(report.checked) == 13
    assert not report.notices


@pytest.mark.parametrize("path", LEGACY)
def test_the_former_files_are_not(path: str) -> None:
    report = linting.lint(EXAMPLE, LintRequest(paths=(path,)))
    assert report.findings


@pytest.mark.parametrize("path", LEGACY)
@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_of_the_former_files_stand(path: str, unsafe: bool) -> None:
    report = linting.lint(EXAMPLE, LintRequest(paths=(path,), fix=True, unsafe=unsafe))
    assert not report.notices
    assert not [f for file in report.fixed for f in file.taken_back]
