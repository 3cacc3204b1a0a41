"""Findings as GitHub Actions annotations: workflow commands, one a line.

Protocol: `::error file=F,line=L,endLine=E,col=C,endColumn=D,title=T::message`, with %, CR and LF escaped in the
message and also : and , in properties (GitHub's documentation of workflow commands and its toolkit).
"""

from __future__ import annotations

from bakehouse.model.finding import Finding, LintReport, RuleInfo, Severity

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
    Severity.STYLE: "notice",
}


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:  # noqa: ARG001 - the form of all renderers
    """One line a finding."""
    return "".join(f"{_command(finding)}\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": place.path,
        "line": str(place.line),
        "endLine": str(max(place.end_line, place.line)),
        "col": str(place.column),
        "endColumn": str(place.end_column or place.column),
        "title": finding.rule,
    }
    if place.end_line > place.line:  # GitHub takes columns only within one line
        del properties["col"], properties["endColumn"]
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    return f"::{_LEVELS[finding.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
