"""Findings in every form that people and other programs read. In: a LintReport and the rules; out: text.

A new form is a module with `render(report, rules) -> str` and its line in `FORMATS`.
"""

from __future__ import annotations

from importlib import import_module

from bakehouse.model.finding import LintReport, RuleInfo

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


def render(form: str, report: LintReport, rules: tuple[RuleInfo, ...]) -> str:
    """The report in one of `FORMATS`, with a newline at its end unless it is empty."""
    text: str = import_module(f"{__name__}.{form}").render(report, rules)
    return text
