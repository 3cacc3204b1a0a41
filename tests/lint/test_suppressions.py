"""Comments that silence rules, in the three dialects."""

from __future__ import annotations

import pytest

from bakehouse.dockerfile.parser import parse
from bakehouse.lint.linter import Linter
from bakehouse.lint.rules import rule_infos
from bakehouse.lint.selection import RuleNames, Selection
from bakehouse.lint.subject import Subject
from bakehouse.lint.suppressions import Suppressions, read_suppressions

NAMES = RuleNames(rule_infos())


def _read(text: str) -> Suppressions:
    return read_suppressions(parse(text.encode()), NAMES)


@pytest.mark.parametrize(
    "comment",
    [
        "# bakehouse: ignore=missing-pipefail",
        "# bakehouse:ignore=DL4006 we know",
        "#bakehouse: ignore = stage-name-casing, missing-pipefail because of X, Y",
        "# hadolint ignore=DL4006",
        "# hadolint ignore=DL3008,DL4006",
        "# Bakehouse: Ignore=Correctness",
    ],
)
def test_next_instruction(comment: str) -> None:
    found = _read(f"FROM a\n{comment}\n# why\nRUN a | b\nRUN c | d\n")
    assert found.hide("missing-pipefail", 4)
    assert not found.hide("missing-pipefail", 5)


def test_inside_a_run() -> None:
    found = _read("FROM a\nRUN a && \\\n    # bakehouse: ignore=missing-pipefail\n    b | c\nRUN d | e\n")
    assert found.hide("missing-pipefail", 4)
    assert not found.hide("missing-pipefail", 5)


@pytest.mark.parametrize(
    "comment", ["# bakehouse: ignore-file=missing-pipefail", "# hadolint global ignore=DL4006", "# check=skip=all"]
)
def test_whole_file(comment: str) -> None:
    found = _read(f"{comment}\nFROM a AS B\nRUN a | b\n")
    rule = "stage-name-casing" if "check" in comment else "missing-pipefail"
    assert found.hide(rule, 3)


def test_buildkit_skips_by_name() -> None:
    found = _read("# check=skip=StageNameCasing;error=true\nFROM a AS B\n")
    assert found.hide("stage-name-casing", 2)
    assert not found.hide("missing-pipefail", 2)


def test_names_that_nobody_has() -> None:
    found = _read("FROM a\n# bakehouse: ignore=no-such-rule\nRUN x\n# hadolint ignore=SC2086\nRUN y\n")
    assert found.unknown == ((2, "no-such-rule"),)
    assert found.hide("SC2086", 5)


def test_a_check_that_nobody_has() -> None:
    assert _read("# check=skip=StageNameCasing,NoSuchCheck\nFROM a\n").unknown == ((1, "NoSuchCheck"),)


@pytest.mark.parametrize(("value", "severity"), [("true", "error"), ("false", "style")])
def test_error_true_makes_errors_of_checks(value: str, severity: str) -> None:
    text = f"# check=error={value}\nFROM debian:13 AS Build\nRUN a | b\n"
    linter = Linter(Selection(frozenset({"stage-name-casing", "missing-pipefail"}), {}))
    found = {finding.rule: finding.severity for finding in linter.check_file(Subject("Dockerfile", text.encode()))}
    assert found == {"stage-name-casing": severity, "missing-pipefail": "warning"}
