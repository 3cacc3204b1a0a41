"""The findings that an old repository starts with: written once, held back from then on.

    {"version": 1, "findings": {"api/Dockerfile": {"missing-pipefail": {"3f2a...": 2}}}}

A finding is known by its rule, its file and the text of its line, so that lines may move; the number says how
many alike there are. One more of them is a new finding.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from bakehouse.errors import ConfigError
from bakehouse.model.finding import Finding

VERSION = 1
Counts = dict[str, dict[str, dict[str, int]]]


class BaselineFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file as it is stored: path -> rule -> fingerprint -> how many."""

    version: int
    findings: Counts


def write_baseline(findings: Iterable[Finding]) -> bytes:
    """The file that holds back exactly these findings; sorted, so that its diffs are small."""
    counts: Counts = {}
    for finding in findings:
        by_rule = counts.setdefault(finding.place.path, {}).setdefault(finding.rule, {})
        mark = fingerprint(finding)
        by_rule[mark] = by_rule.get(mark, 0) + 1
    data = msgspec.json.encode(BaselineFile(VERSION, counts), order="sorted")
    return msgspec.json.format(data, indent=2) + b"\n"


def read_baseline(data: bytes, path: str) -> Counts:
    """The counts of a baseline file. Raises ConfigError."""
    hint = "write it anew with `bakehouse lint --write-baseline`"
    try:
        found = msgspec.json.decode(data, type=BaselineFile)
    except msgspec.DecodeError as error:
        raise ConfigError(f"this is no baseline of findings: {error}", path=path, hint=hint) from None
    if found.version != VERSION:
        message = f"a baseline of version {found.version}; this Bakehouse reads version {VERSION}"
        raise ConfigError(message, path=path, hint=hint)
    return found.findings


def new_findings(findings: Iterable[Finding], known: Counts) -> tuple[Finding, ...]:
    """The findings that the baseline does not hold back, in their order."""
    left = Counter({(p, r, m): n for p, rules in known.items() for r, marks in rules.items() for m, n in marks.items()})
    new = []
    for finding in findings:
        key = (finding.place.path, finding.rule, fingerprint(finding))
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    return tuple(new)


def fingerprint(finding: Finding) -> str:
    """16 hex digits of the text of the finding's line, its white space folded."""
    text = " ".join(finding.place.source.split())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
