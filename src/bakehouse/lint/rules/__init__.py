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
    "apk_no_cache",
    "apt_lists_left",
    "as_casing",
    "cache_mount_missing",
    "conda_cache_left",
    "copy_from_image_untagged",
    "copy_from_index",
    "copy_from_own_stage",
    "copy_from_unknown_stage",
    "copy_many_needs_slash",
    "digest_pin",
    "download_progress",
    "duplicate_cmd",
    "duplicate_entrypoint",
    "duplicate_healthcheck",
    "duplicate_stage_name",
    "empty_continuation",
    "eol_base",
    "instruction_casing",
    "latest_tag",
    "missing_pipefail",
    "moving_tag",
    "no_install_recommends",
    "node_cache_left",
    "pin_apk",
    "pin_apt",
    "pin_dnf",
    "pin_gem",
    "pin_go",
    "pin_npm",
    "pin_pip",
    "pin_yum",
    "pin_zypper",
    "pip_no_cache",
    "reserved_stage_name",
    "stage_name_casing",
    "trusted_registry",
    "untagged_base",
    "useradd_no_log_init",
    "yum_cache_left",
    "zypper_cache_left",
)

SYNTAX_RULE = syntax_error
_MODULES: tuple[Any, ...] = tuple(import_module(f"{__name__}.{name}") for name in _NAMES)
FILE_RULES = tuple(module for module in _MODULES if hasattr(module, "check"))
REPO_RULES = tuple(module for module in _MODULES if hasattr(module, "check_repo"))


def rule_infos() -> tuple[RuleInfo, ...]:
    """All rules, by name."""
    return tuple(sorted((module.RULE for module in (SYNTAX_RULE, *_MODULES)), key=lambda rule: rule.name))
