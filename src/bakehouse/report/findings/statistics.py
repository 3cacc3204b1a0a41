"""Findings counted by rule."""

from __future__ import annotations

from collections import Counter

from bakehouse.model.finding import LintReport
from bakehouse.report.text import table


def by_rule(report: LintReport) -> str:
    """A table: how often, how bad, whether it can be fixed; the most frequent rule first."""
    counts = Counter(finding.rule for finding in report.findings)
    severities = {finding.rule: finding.severity.value for finding in report.findings}
    fixable = Counter(finding.rule for finding in report.findings if finding.fix)
    files = {rule: len({f.place.path for f in report.findings if f.rule == rule}) for rule in counts}
    rows = [
        (str(count), str(files[rule]), str(fixable[rule]), severities[rule], rule)
        for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    if not rows:
        return "nothing found\n"
    return "\n".join(table(("findings", "files", "fixable", "severity", "rule"), rows)) + "\n"
