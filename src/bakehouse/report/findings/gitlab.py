"""Findings as a GitLab code quality report: a JSON array of issues with stable fingerprints.

Fields as in GitLab's documentation of the code quality report format: description, check_name, fingerprint,
severity (info, minor, major, critical, blocker), location.path, location.lines.begin.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import msgspec

from bakehouse.model.finding import Finding, LintReport, RuleInfo, Severity

_SEVERITIES = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFO: "minor",
    Severity.STYLE: "info",
}


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:  # noqa: ARG001 - the form of all renderers
    """The array."""
    seen: Counter[str] = Counter()
    issues = [_issue(finding, seen) for finding in report.findings]
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode() + "\n"


def _issue(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    place = finding.place
    return {
        "type": "issue",
        "description": finding.message + (f": {finding.hint}" if finding.hint else ""),
        "check_name": finding.rule,
        "categories": [_category(finding)],
        "fingerprint": _fingerprint(finding, seen),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": place.path, "lines": {"begin": place.line, "end": max(place.end_line, place.line)}},
    }


def _category(finding: Finding) -> str:
    """The nearest of Code Climate's categories."""
    by_group = {"security": "Security", "cache": "Performance", "size": "Performance", "context": "Performance"}
    return by_group.get(finding.group.value, "Style" if finding.severity is Severity.STYLE else "Bug Risk")


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """The same for the same finding when lines move; two equal ones in one file are told apart by their order."""
    what = f"{finding.rule}\0{finding.place.path}\0{finding.place.source.strip()}"
    seen[what] += 1
    return hashlib.sha256(f"{what}\0{seen[what]}".encode("utf-8", "surrogatepass")).hexdigest()
