"""The table of all rules. One rule a file; a new rule is its file and its line here.

`FILE_RULES` have `check(subject)`, `REPO_RULES` have `check_repo(repo)`; `SYNTAX_RULE` is the one that speaks
where BuildKit refuses the file, and then alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from bakehouse.lint.rules import syntax_error
from bakehouse.model.finding import RuleInfo

_NAMES = (
    "cache_mount_missing",
    "missing_pipefail",
    "stage_name_casing",
)

SYNTAX_RULE = syntax_error
_MODULES: tuple[Any, ...] = tuple(import_module(f"{__name__}.{name}") for name in _NAMES)
FILE_RULES = tuple(module for module in _MODULES if hasattr(module, "check"))
REPO_RULES = tuple(module for module in _MODULES if hasattr(module, "check_repo"))


def rule_infos() -> tuple[RuleInfo, ...]:
    """All rules, by name."""
    return tuple(sorted((module.RULE for module in (SYNTAX_RULE, *_MODULES)), key=lambda rule: rule.name))
