"""Rules meet subjects: every selected rule looks, every hit gets its place, suppressions are honoured.

Enter a Repo and a Selection; leave findings in order of path and line. A rule that fails on a file is our bug:
it is reported as such for that file, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Hit
from bakehouse.lint.rules import FILE_RULES, REPO_RULES, SYNTAX_RULE, rule_infos
from bakehouse.lint.secrets import mask
from bakehouse.lint.selection import RuleNames, Selection
from bakehouse.lint.subject import Subject
from bakehouse.lint.suppressions import Suppressions, read_suppressions
from bakehouse.model.finding import Finding, Place, RuleInfo


class Linter:
    """Runs a selection of rules. `suppressed` counts the findings that comments hid so far, and `broken` has
    (rule, path, exception) of rules that failed: bugs of ours."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.names = RuleNames(rule_infos())
        self.suppressed = 0
        self.broken: list[tuple[str, str, Exception]] = []
        self._file_rules = [module for module in FILE_RULES if module.RULE.name in selection.rules]
        self._repo_rules = [module for module in REPO_RULES if module.RULE.name in selection.rules]

    def check(self, repo: Repo) -> tuple[Finding, ...]:
        """All findings of all subjects, and those of rules over the repository."""
        found = [finding for subject in repo.subjects.values() for finding in self.check_file(subject)]
        if repo.workspace is not None:
            found += self.check_repo(repo)
        return tuple(sorted(found, key=by_place))

    def check_file(self, subject: Subject) -> list[Finding]:
        """The findings in one Dockerfile. A file that BuildKit refuses has only those."""
        rules: Iterable[Any] = (SYNTAX_RULE,) if subject.tree.errors else self._file_rules
        hidden = read_suppressions(subject.tree, self.names)
        left_out = self.selection.left_out(subject.path)
        found: list[Finding] = []
        for module in rules:
            if module.RULE.name not in left_out:
                found += self._placed(module, self._hits(module, "check", subject, subject.path), subject, hidden)
        return sorted(found, key=by_place)

    def check_repo(self, repo: Repo) -> list[Finding]:
        """The findings of rules that need several files."""
        found: list[Finding] = []
        hidden = {path: read_suppressions(s.tree, self.names) for path, s in repo.subjects.items()}
        for module in self._repo_rules:
            for hit in self._hits(module, "check_repo", repo, "."):
                path = hit.path or "."
                if module.RULE.name in self.selection.left_out(path):
                    continue
                subject = repo.subjects.get(path)
                if subject is not None:
                    found += self._placed(module, [hit], subject, hidden[path])
                else:
                    found.append(self._finding(module.RULE, hit, path, repo.read(path) or b""))
        return found

    def _hits(self, module: Any, function: str, given: Subject | Repo, path: str) -> Iterator[Hit]:
        try:
            yield from getattr(module, function)(given)
        except RecursionError as error:
            self.broken.append((module.RULE.name, path, error))
        except Exception as error:  # one broken rule must not cost the findings of the others
            self.broken.append((module.RULE.name, path, error))

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
                yield self._finding(module.RULE, hit, subject.path, subject.data)

    def _finding(self, rule: RuleInfo, hit: Hit, path: str, data: bytes) -> Finding:
        return Finding(
            rule=rule.name,
            group=rule.group,
            severity=self.selection.severities.get(rule.name, hit.severity or rule.severity),
            message=mask(hit.message),
            place=place(path, data, hit.span),
            hint=mask(hit.hint),
            fix=hit.fix,
            service=hit.service,
        )


def place(path: str, data: bytes, span: Span) -> Place:
    """The lines and columns of a span of a file's bytes, and the first of these lines as text, secrets masked."""
    start = min(span.start, len(data))
    end = min(max(span.end, start), len(data))
    while end > start and data[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    first = data.rfind(b"\n", 0, start) + 1
    line = data.count(b"\n", 0, start) + 1
    last = data.rfind(b"\n", 0, end) + 1
    stop = data.find(b"\n", first)
    text = data[first : len(data) if stop < 0 else stop].rstrip(b"\r")
    return Place(
        path=path,
        line=line,
        column=start - first + 1,
        end_line=line + data.count(b"\n", start, end),
        end_column=end - last + 1,
        source=mask(text.decode("utf-8", "replace")),
    )


def by_place(finding: Finding) -> tuple[str, int, int, str]:
    """The order in which findings are shown."""
    return finding.place.path, finding.place.line, finding.place.column, finding.rule
