"""Rules meet subjects: every selected rule looks, every hit gets its place, suppressions are honoured.

Enter a Repo and a Selection; leave findings in order of path and line. A rule that fails on a file is our bug:
it is reported as such for that file, and the run goes on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from bakehouse.dockerfile.lines import line_starts
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Hit
from bakehouse.lint.rules import FILE_RULES, REPO_RULES, SYNTAX_RULE, rule_infos
from bakehouse.lint.secrets import mask
from bakehouse.lint.selection import RuleNames, Selection
from bakehouse.lint.subject import Subject
from bakehouse.lint.suppressions import Suppressions, read_suppressions
from bakehouse.model.finding import Finding, Place, RuleInfo, Severity

MAX_SOURCE = 1000
"""Bytes of a line that a finding shows."""

_LONGEST_SECRET = 4096  # one that the cut would go through is masked as a whole first
_masked = lru_cache(maxsize=8192)(mask)  # most messages come many times


class Linter:
    """Runs a selection of rules. `suppressed` counts the findings that comments hid so far, and `broken` has
    (rule, path, exception) of rules that failed: bugs of ours."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.names = _rule_names()
        self.suppressed = 0
        self.broken: list[tuple[str, str, Exception]] = []
        chosen = [module for module in FILE_RULES if module.RULE.name in selection.rules]
        self._file_rules = [(module, _needs(module.RULE)) for module in chosen]
        self._needed = frozenset(text for _, needs in self._file_rules for text in needs)
        self._repo_rules = [module for module in REPO_RULES if module.RULE.name in selection.rules]

    def check(self, repo: Repo) -> tuple[Finding, ...]:
        """All findings of all subjects, and those of rules over the repository."""
        found = [finding for subject in repo.subjects.values() for finding in self.check_file(subject)]
        if repo.workspace is not None:
            found += self.check_repo(repo)
        return tuple(sorted(found, key=by_place))

    def check_file(self, subject: Subject) -> list[Finding]:
        """The findings in one Dockerfile. A file that BuildKit refuses has only those."""
        rules = ((SYNTAX_RULE, frozenset[bytes]()),) if subject.tree.errors else self._file_rules
        lowered = subject.data.lower()
        present = {text for text in self._needed if text in lowered}
        hidden = read_suppressions(subject.tree, self.names)
        left_out = self.selection.left_out(subject.path)
        found: list[Finding] = []
        for module, needs in rules:
            if needs and present.isdisjoint(needs):
                continue
            hits = self._hits(module, module.check, subject, subject.path)
            if hits and module.RULE.name not in left_out:
                found += self._placed(module, hits, subject, hidden)
        return sorted(found, key=by_place)

    def check_repo(self, repo: Repo) -> list[Finding]:
        """The findings of rules that need several files."""
        found: list[Finding] = []
        hidden = {path: read_suppressions(s.tree, self.names) for path, s in repo.subjects.items()}
        for module in self._repo_rules:
            for hit in self._hits(module, module.check_repo, repo, "."):
                path = hit.path or "."
                if module.RULE.name in self.selection.left_out(path):
                    continue
                subject = repo.subjects.get(path)
                if subject is not None:
                    found += self._placed(module, [hit], subject, hidden[path])
                else:
                    found.append(self._finding(module.RULE, hit, path, repo.read(path) or b""))
        return found

    def _hits(self, module: Any, check: Callable[[Any], Iterable[Hit]], given: Subject | Repo, path: str) -> list[Hit]:
        """What a rule finds. One that breaks costs no other rule its findings, nor itself those before."""
        hits: list[Hit] = []
        try:
            hits.extend(check(given))
        except Exception as error:
            self.broken.append((module.RULE.name, path, error))
        return hits

    def _placed(
        self, module: ModuleType, hits: Iterable[Hit], subject: Subject, hidden: Suppressions
    ) -> Iterator[Finding]:
        for hit in hits:
            if hit.path not in (None, subject.path):
                data = (subject.repo.read(hit.path) if subject.repo else None) or b""
                yield self._finding(module.RULE, hit, hit.path or subject.path, data)
                continue
            line = subject.tree.position(hit.span.start).line
            if hidden.hide(module.RULE.name, line):
                self.suppressed += 1
            else:
                found = self._finding(module.RULE, hit, subject.path, subject.data, subject.tree.line_starts)
                fails = found.rule in hidden.errors and found.rule not in self.selection.severities
                yield replace(found, severity=Severity.ERROR) if fails else found

    def _finding(
        self, rule: RuleInfo, hit: Hit, path: str, data: bytes, starts: Sequence[int] | None = None
    ) -> Finding:
        return Finding(
            rule=rule.name,
            group=rule.group,
            severity=self.selection.severities.get(rule.name, hit.severity or rule.severity),
            message=_masked(hit.message),
            place=place(path, data, hit.span, starts),
            hint=_masked(hit.hint),
            fix=hit.fix,
            service=hit.service,
        )


@cache
def _rule_names() -> RuleNames:
    return RuleNames(rule_infos())


@cache
def _needs(rule: RuleInfo) -> frozenset[bytes]:
    return frozenset(text.encode() for text in rule.needs)


def place(path: str, data: bytes, span: Span, starts: Sequence[int] | None = None) -> Place:
    """The lines and columns of a span of a file's bytes, and the first of these lines as text, secrets masked.

    `starts` are the offsets at which the file's lines start, where they are known.
    """
    starts = starts if starts is not None else line_starts(data)
    start = min(span.start, len(data))
    end = min(max(span.end, start), len(data))
    while end > start and data[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    line, last = bisect_right(starts, start), bisect_right(starts, end)
    first = starts[line - 1]
    stop = min(starts[line] if line < len(starts) else len(data), first + MAX_SOURCE + _LONGEST_SECRET)
    return Place(
        path=path,
        line=line,
        column=start - first + 1,
        end_line=last,
        end_column=end - starts[last - 1] + 1,
        source=_masked(data[first:stop].rstrip(b"\r\n").decode("utf-8", "replace"))[:MAX_SOURCE],
    )


def by_place(finding: Finding) -> tuple[str, int, int, str]:
    """The order in which findings are shown."""
    return finding.place.path, finding.place.line, finding.place.column, finding.rule
