"""Findings as JUnit XML: a test suite a file, a failure a finding, so that any CI shows them among its tests."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from bakehouse.model.finding import Finding, LintReport, RuleInfo

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:  # noqa: ARG001 - the form of all renderers
    """The document. A file without findings is one passed test."""
    by_path: dict[str, list[Finding]] = {path: [] for path in report.checked}
    for finding in report.findings:
        by_path.setdefault(finding.place.path, []).append(finding)
    suites = "".join(_suite(path, found) for path, found in sorted(by_path.items()))
    tests = sum(max(1, len(found)) for found in by_path.values())
    head = f'<testsuites name="bakehouse lint" tests="{tests}" failures="{len(report.findings)}" errors="0">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{suites}</testsuites>\n'


def _suite(path: str, findings: list[Finding]) -> str:
    cases = "".join(_case(finding) for finding in findings)
    if not findings:
        cases = f'    <testcase name="lint" classname={_attribute(path)} time="0"/>\n'
    counts = f'tests="{max(1, len(findings))}" failures="{len(findings)}" errors="0" skipped="0"'
    return f"  <testsuite name={_attribute(path)} {counts}>\n{cases}  </testsuite>\n"


def _case(finding: Finding) -> str:
    place = finding.place
    text = _clean("\n".join(part for part in (place.source, finding.hint) if part))
    name = _attribute(f"{finding.rule} line {place.line}")
    message = _attribute(finding.message)
    return (
        f'    <testcase name={name} classname={_attribute(place.path)} file={_attribute(place.path)} time="0">\n'
        f'      <failure type="{finding.severity.value}" message={message}>{escape(text)}</failure>\n'
        "    </testcase>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
