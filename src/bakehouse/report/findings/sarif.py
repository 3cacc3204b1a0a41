"""Findings as SARIF 2.1.0, with rules, fixes and stable fingerprints, as code scanning services take it.

Source: OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". Columns are counted in
Unicode code points (`columnKind`), offsets of fixes in bytes.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

import msgspec

from bakehouse import __version__
from bakehouse.model.finding import Finding, Fix, LintReport, Place, RuleInfo, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.STYLE: "note"}
_SCORES = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.INFO: "3.0", Severity.STYLE: "1.0"}


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:
    """The log with one run."""
    used = {finding.rule for finding in report.findings}
    listed = [_rule(rule) for rule in rules]
    listed += [{"id": name} for name in sorted(used - {rule.name for rule in rules})]
    index = {rule["id"]: number for number, rule in enumerate(listed)}
    driver = {
        "name": "bakehouse",
        "semanticVersion": __version__,
        "rules": listed,
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _location(path)} for path in report.checked],
        "results": [_result(finding, index) for finding in report.findings],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(rule: RuleInfo) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": [rule.group.value, *rule.aliases]}
    if rule.group.value == "security":
        properties["security-severity"] = _SCORES[rule.severity]
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.default},
        "properties": properties,
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    text = finding.message + (f". {finding.hint}" if finding.hint else "")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [
            {"physicalLocation": {"artifactLocation": _location(finding.place.path), "region": _region(finding.place)}}
        ],
        "partialFingerprints": {"bakehouse/v1": _fingerprint(finding)},
    }
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(finding.fix, finding.place.path)]
    return result


def _region(place: Place) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": place.line, "startColumn": _points(place.source, place.column)}
    if place.end_line == place.line and place.end_column > place.column:
        region |= {"endLine": place.line, "endColumn": _points(place.source, place.end_column)}
    elif place.end_line > place.line:
        region |= {"endLine": place.end_line}
    return region


def _points(source: str, column: int) -> int:
    """A column in bytes -> one in code points."""
    raw = source.encode("utf-8", "surrogatepass")
    return len(raw[: column - 1].decode("utf-8", "replace")) + 1


def _fix(fix: Fix, path: str) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {"byteOffset": edit.start, "byteLength": edit.end - edit.start},
            "insertedContent": _content(edit.text),
        }
        for edit in fix.edits
    ]
    title = fix.title if fix.safe else f"{fix.title} (look at the result)"
    return {
        "description": {"text": title},
        "artifactChanges": [{"artifactLocation": _location(path), "replacements": replacements}],
    }


def _content(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"binary": base64.b64encode(data).decode()}


def _location(path: str) -> dict[str, str]:
    return {"uri": quote(path, errors="surrogateescape")}


def _fingerprint(finding: Finding) -> str:
    what = f"{finding.rule}\0{finding.place.path}\0{finding.place.source.strip()}\0{finding.message}"
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:32]
