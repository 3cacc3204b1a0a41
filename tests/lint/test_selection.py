"""Which rules speak: defaults, configuration, flags."""

from __future__ import annotations

import pytest

from bakehouse.config import LintSection
from bakehouse.errors import UsageError
from bakehouse.lint.rules import rule_infos
from bakehouse.lint.selection import RuleNames, select
from bakehouse.model.finding import Severity

NAMES = RuleNames(rule_infos())
DEFAULTS = LintSection()


def _rules(settings: LintSection = DEFAULTS, **flags: tuple[str, ...]) -> frozenset[str]:
    return select(settings, NAMES, **flags).rules


def test_the_default_is_every_rule_that_is_on() -> None:
    assert _rules() == {rule.name for rule in rule_infos() if rule.default}


def test_flags_go_over_configuration() -> None:
    assert _rules(LintSection(select=("size",)), chosen=("DL4006",)) == {"missing-pipefail"}
    assert "missing-pipefail" not in _rules(ignored=("correctness",))
    assert _rules(LintSection(ignore=("DL4006",)), chosen=("missing-pipefail",)) == {"missing-pipefail"}
    assert "missing-pipefail" not in _rules(LintSection(ignore=("DL4006",)), chosen=("all",))


def test_everything() -> None:
    assert _rules(LintSection(select=("all",))) == {rule.name for rule in rule_infos()}
    assert _rules(LintSection(extend_select=("all",))) == {rule.name for rule in rule_infos()}


def test_severity_and_files() -> None:
    settings = LintSection(severity={"DL4006": "error"}, per_file_ignores={"legacy/*": ("correctness",)})
    found = select(settings, NAMES)
    assert found.severities == {"missing-pipefail": Severity.ERROR}
    assert "missing-pipefail" in found.left_out("legacy/a/Dockerfile")
    assert not found.left_out("api/Dockerfile")


@pytest.mark.parametrize(
    ("flags", "message"),
    [({"chosen": ("mising-pipefail",)}, "missing-pipefail"), ({"ignored": ("xyzzyq",)}, "lists them all")],
)
def test_a_name_that_nobody_has(flags: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(UsageError) as error:
        _rules(**flags)
    assert message in str(error.value)
