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
    "add_instead_of_copy",
    "allow_list_ignore",
    "apk_no_cache",
    "apt_instead_of_apt_get",
    "apt_lists_left",
    "apt_update_split",
    "as_casing",
    "broken_exec_form",
    "cache_id_across_platforms",
    "cache_mount_missing",
    "cache_mount_useless",
    "cd_without_effect",
    "compose_arg_undeclared",
    "compose_secret_unused",
    "compose_target_missing",
    "conda_cache_left",
    "copied_but_ignored",
    "copy_from_image_untagged",
    "copy_from_index",
    "copy_from_own_stage",
    "copy_from_unknown_stage",
    "copy_many_needs_slash",
    "copy_outside_context",
    "copy_source_missing",
    "copy_to_relative_without_workdir",
    "credentials_in_url",
    "dead_ignore_pattern",
    "dependency_without_healthcheck",
    "digest_pin",
    "docker_clean_defeats_mount",
    "download_progress",
    "duplicate_cmd",
    "duplicate_entrypoint",
    "duplicate_healthcheck",
    "duplicate_stage_name",
    "empty_continuation",
    "entrypoint_ignores_cmd",
    "entrypoint_not_executable",
    "entrypoint_with_crlf",
    "eol_base",
    "exec_form_shell_syntax",
    "export_without_effect",
    "heredoc_no_errexit",
    "ignore_pattern_top_only",
    "instruction_casing",
    "invalid_ignore_file",
    "json_form",
    "junk_in_context",
    "large_context",
    "latest_tag",
    "lock_file_not_copied",
    "missing_pipefail",
    "missing_yes_flag",
    "moving_tag",
    "needless_apt_clean",
    "no_ignore_file",
    "no_install_recommends",
    "node_cache_left",
    "package_manager_mismatch",
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
    "process_started_in_run",
    "published_port_not_exposed",
    "relative_workdir",
    "reserved_stage_name",
    "root_final",
    "runtime_version_mismatch",
    "secret_file_copied",
    "secret_in_arg_or_env",
    "secret_in_context",
    "secret_in_literal",
    "secret_leaves_mount",
    "semicolon_hides_failure",
    "shell_instruction",
    "ssh_without_mount",
    "stage_name_casing",
    "sudo",
    "trusted_registry",
    "unlocked_apt_cache",
    "untagged_base",
    "unused_ignore_file",
    "use_workdir",
    "user_non_numeric",
    "useradd_no_log_init",
    "workspace_manifest_gap",
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
