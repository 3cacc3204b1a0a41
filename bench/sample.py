"""Findings drawn at random from real Dockerfiles, for a person to judge.

Enter a directory of Dockerfiles, a seed and a number; leave a table. Rules that found something are taken in random
order, one random finding of each, then again from the start: a rule that speaks rarely is as likely to be judged as
one that speaks everywhere. With INDEX.tsv in the directory (name, repository, path) the place is the original one.
"""

from __future__ import annotations

import random
from pathlib import Path

from bakehouse.config import load
from bakehouse.lint.linter import Linter
from bakehouse.lint.rules import rule_infos
from bakehouse.lint.selection import RuleNames, select
from bakehouse.lint.subject import Subject
from bakehouse.model.finding import Finding
from bench import corpus


def measure(directory: Path, seed: int, count: int) -> str:
    """The table of the drawn findings."""
    places = _places(directory)
    rows = ["| | place | rule | finding |", "|---|---|---|---|"]
    for number, finding in enumerate(draw(_findings(directory), seed, count), start=1):
        place = places.get(finding.place.path, finding.place.path)
        rows.append(f"| {number} | {place}:{finding.place.line} | {finding.rule} | {finding.message} |")
    return "\n".join(rows) + "\n"


def draw(findings: list[Finding], seed: int, count: int) -> list[Finding]:
    """`count` findings, spread over the rules."""
    dice = random.Random(seed)
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    rules = sorted(by_rule)
    dice.shuffle(rules)
    for rule in rules:
        dice.shuffle(by_rule[rule])
    most = max(map(len, by_rule.values()), default=0)
    rounds = (by_rule[rule][turn] for turn in range(most) for rule in rules if turn < len(by_rule[rule]))
    return [finding for _, finding in zip(range(count), rounds, strict=False)]


def _findings(directory: Path) -> list[Finding]:
    """What `bakehouse lint` says of each file alone, in the order of the files; a copy of a file counts once."""
    settings = load(directory)
    linter = Linter(select(settings.lint, RuleNames(rule_infos())))
    seen: set[bytes] = set()
    found: list[Finding] = []
    for path in corpus.paths(directory):
        data = path.read_bytes()
        if data not in seen:
            seen.add(data)
            found += linter.check_file(Subject(str(path.relative_to(directory)), data, settings.lint))
    return found


def _places(directory: Path) -> dict[str, str]:
    index = directory / "INDEX.tsv"
    if not index.exists():
        return {}
    rows = (line.split("\t") for line in index.read_text(encoding="utf-8").splitlines()[1:])
    return {name: f"{repository} {path}" for name, repository, path, *_ in rows}
