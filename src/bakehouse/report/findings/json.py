"""Findings as one JSON object (schema bakehouse.lint/1), with the edits of their fixes as byte offsets."""

from __future__ import annotations

from typing import Any

import msgspec

from bakehouse.model.finding import Finding, FixedFile, LintReport, RuleInfo
from bakehouse.report.findings.diff import unified

SCHEMA = "bakehouse.lint/1"


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:  # noqa: ARG001 - the form of all renderers
    """The report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode({"schema": SCHEMA, **payload(report)}), indent=2).decode() + "\n"


def payload(report: LintReport) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "findings": [_finding(finding) for finding in report.findings],
        "checked": list(report.checked),
        "suppressed": report.suppressed,
        "baselined": report.baselined,
        "notices": msgspec.to_builtins(report.notices),
        "fixed": [_fixed(file) for file in report.fixed],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins({f: getattr(finding, f) for f in _FIELDS})
    fix = finding.fix
    plain["fix"] = fix and {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [{"start": e.start, "end": e.end, "text": _text(e.text)} for e in fix.edits],
        "creates": {path: _text(content) for path, content in fix.creates.items()},
    }
    return plain


def _fixed(file: FixedFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "applied": [finding.rule for finding in file.applied],
        "taken_back": [finding.rule for finding in file.taken_back],
        "diff": _text(unified([file])),
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


_FIELDS = ("rule", "group", "severity", "message", "place", "hint", "service")
