"""Findings for people: place, severity, message, the source line with the spot marked, what to do.

Hostile characters are taken out by the caller.
"""

from __future__ import annotations

from collections import Counter

from bakehouse.model.finding import Finding, FixedFile, LintReport, RuleInfo, Severity
from bakehouse.report.text import width

MAX_SOURCE = 72
"""Columns of a source line; with its number before it, 80."""

_FLAGS = ((True, "--fix"), (False, "--fix --unsafe"))


def render(report: LintReport, rules: tuple[RuleInfo, ...]) -> str:  # noqa: ARG001 - the form of all renderers
    """All findings, then the summary."""
    lines: list[str] = []
    for finding in report.findings:
        lines += [*entry(finding), ""]
    return "\n".join([*lines, *summary(report)]) + "\n"


def entry(finding: Finding) -> list[str]:
    """One finding as lines."""
    place = finding.place
    where = f"{_one_line(place.path)}:{place.line}:{place.column}"
    lines = [f"{where}: {finding.severity.value}: {finding.message} [{finding.rule}]"]
    if place.source:
        lines += _marked(finding)
    if finding.hint:
        lines.append(f"  = {finding.hint}")
    if finding.fix:
        flag = dict(_FLAGS)[finding.fix.safe]
        lines.append(f"  = {flag}: {finding.fix.title}")
    return lines


def _marked(finding: Finding) -> list[str]:
    """The source line and carets below the place. Columns count bytes, carets what a terminal shows."""
    place = finding.place
    raw = place.source.encode("utf-8", "surrogatepass")
    before = raw[: place.column - 1].decode("utf-8", "replace")
    end = place.end_column - 1 if place.end_line == place.line else len(raw)
    here = raw[place.column - 1 : max(end, place.column)].decode("utf-8", "replace").rstrip()
    shown, before = _window(place.source.replace("\t", " "), before, here)
    mark = " " * width(before) + "^" * max(1, width(here))
    return [f"{place.line:>5} | {shown}", "      | " + mark[: max(width(before) + 1, width(shown))]]


def _window(line: str, before: str, here: str) -> tuple[str, str]:
    """As much of a long line as a narrow terminal shows, around the spot, and what of it stands before the spot."""
    if len(line) <= MAX_SOURCE:
        return line, before
    if len(before) + len(here) < MAX_SOURCE or len(before) < MAX_SOURCE // 2:
        return line[: MAX_SOURCE - 1] + "…", before
    start = min(len(before) - MAX_SOURCE // 4, len(line) - MAX_SOURCE + 1)
    end = start + MAX_SOURCE - 2
    shown = "…" + (line[start:] if end + 1 >= len(line) else line[start:end] + "…")
    return shown, "…" + before[start:]


def summary(report: LintReport) -> list[str]:
    """The last lines: how many of what, and what can be repaired."""
    files = _count(len(report.checked), "file")
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
    lines.append(f"{files} checked: {_count(len(report.findings), 'finding')} ({counts}){tail}")
    ways = [f"{fixable[safe]} {{}}with {flag}" for safe, flag in _FLAGS if fixable[safe]]
    if ways:
        lines.append(", ".join([ways[0].format("can be fixed "), *(way.format("more ") for way in ways[1:])]))
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _fixed(file: FixedFile) -> list[str]:
    rules = Counter(finding.rule for finding in file.applied)
    what = ", ".join(f"{rule} x{count}" if count > 1 else rule for rule, count in sorted(rules.items()))
    path = _one_line(file.path)
    lines = [f"fixed {path}: {what}"] if what else []
    return lines + [
        f"{path}: a fix of {finding.rule} did not do what it should and was taken back: our bug, please tell us"
        for finding in file.taken_back
    ]


def _one_line(path: str) -> str:
    """A path whose line feeds are shown as such, so that an entry stays one."""
    return path.replace("\n", "\\n")
