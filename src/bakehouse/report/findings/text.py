"""Findings for people: place, severity, message, the source line with the spot marked, what to do.

Hostile characters are taken out by the caller.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

from bakehouse.model.finding import Finding, FixedFile, LintReport, RuleInfo, Severity

MAX_SOURCE = 160


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:  # noqa: ARG001 - the form of all renderers
    """All findings, then the summary."""
    lines: list[str] = []
    for finding in report.findings:
        lines += [*entry(finding), ""]
    return "\n".join([*lines, *summary(report)]) + "\n"


def entry(finding: Finding) -> list[str]:
    """One finding as lines."""
    place = finding.place
    lines = [f"{place.path}:{place.line}:{place.column}: {finding.severity.value}: {finding.message} [{finding.rule}]"]
    if place.source:
        lines += _marked(finding)
    if finding.hint:
        lines.append(f"  = {finding.hint}")
    if finding.fix:
        flag = "--fix" if finding.fix.safe else "--fix --unsafe"
        lines.append(f"  = {flag}: {finding.fix.title}")
    return lines


def _marked(finding: Finding) -> list[str]:
    """The source line and carets below the place. Columns count bytes, carets what a terminal shows."""
    place = finding.place
    raw = place.source.encode("utf-8", "surrogatepass")
    before = raw[: place.column - 1].decode("utf-8", "replace")
    end = place.end_column - 1 if place.end_line == place.line else len(raw)
    here = raw[place.column - 1 : max(end, place.column)].decode("utf-8", "replace").rstrip()
    shown = place.source.replace("\t", " ")[:MAX_SOURCE]
    number = f"{place.line:>5} | "
    mark = " " * _width(before) + "^" * max(1, _width(here))
    return [number + shown, "      | " + mark[: len(shown) + 1]]


def summary(report: LintReport) -> list[str]:
    """The last lines: how many of what, and what can be repaired."""
    count = len(report.checked)
    files = f"{count} {'file' if count == 1 else 'files'}"
    lines = [f"{notice.path or ''}: {notice.message}".removeprefix(": ") for notice in report.notices]
    lines += [line for file in report.fixed for line in _fixed(file)]
    held = [
        f"{number} {what}"
        for number, what in ((report.suppressed, "silenced by comments"), (report.baselined, "in the baseline"))
        if number
    ]
    tail = f" ({', '.join(held)})" if held else ""
    if not report.findings:
        return [*lines, f"{files} checked: nothing found{tail}"]
    by = Counter(finding.severity for finding in report.findings)
    counts = ", ".join(f"{by[severity]} {severity.value}" for severity in Severity if by[severity])
    fixable = Counter(finding.fix.safe for finding in report.findings if finding.fix)
    lines.append(f"{files} checked: {len(report.findings)} findings ({counts}){tail}")
    if fixable:
        unsafe = f", {fixable[False]} more with --fix --unsafe" if fixable[False] else ""
        lines.append(f"{fixable[True]} can be fixed with --fix{unsafe}")
    return lines


def _fixed(file: FixedFile) -> list[str]:
    rules = Counter(finding.rule for finding in file.applied)
    what = ", ".join(f"{rule} x{count}" if count > 1 else rule for rule, count in sorted(rules.items()))
    lines = [f"fixed {file.path}: {what}"] if what else []
    return lines + [
        f"{file.path}: a fix of {finding.rule} did not do what it should and was taken back: our bug, please tell us"
        for finding in file.taken_back
    ]


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
