"""Fixes applied: in rounds, each one checked, nothing written.

Enter a Repo and a Linter; leave what happened to each file. In a round the fixes that share no bytes are applied:
the file is parsed again, compared with what they meant (`verify`), and their findings must be gone. Where that is
not so each fix is tried alone, and one that fails is taken back and reported. The next round begins, until nothing
is left to fix. So a second run changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bakehouse.dockerfile.edits import EditConflictError, apply_edits
from bakehouse.dockerfile.ignore import read_ignore
from bakehouse.errors import BakehouseError
from bakehouse.lint.linter import Linter
from bakehouse.lint.repo import Repo
from bakehouse.lint.subject import Subject
from bakehouse.lint.verify import verify
from bakehouse.model.edit import Edit
from bakehouse.model.finding import Finding, FixedFile
from bakehouse.workspace.yaml_nodes import parse_yaml

MAX_ROUNDS = 40


@dataclass(slots=True)
class _Work:
    """What has happened to one file so far."""

    before: bytes | None
    applied: list[Finding] = field(default_factory=list)
    rounds: list[tuple[Edit, ...]] = field(default_factory=list)
    taken_back: dict[tuple[object, ...], Finding] = field(default_factory=dict)


class Fixer:
    """Applies the fixes of a linter's findings to a repo in memory. `unsafe` allows unsafe fixes too."""

    def __init__(self, linter: Linter, *, unsafe: bool = False) -> None:
        self.linter = linter
        self.unsafe = unsafe
        self._work: dict[str, _Work] = {}

    def fix(self, repo: Repo) -> tuple[FixedFile, ...]:
        """Fix all files. The repo has the new bytes afterwards; the result is ordered by path."""
        for path in list(repo.subjects):
            self._fix_file(repo, path)
        if repo.workspace is not None:
            self._fix_across(repo)
        return tuple(
            FixedFile(
                path=path,
                before=work.before,
                after=repo.read(path) or b"",
                applied=tuple(work.applied),
                rounds=tuple(work.rounds),
                taken_back=tuple(work.taken_back.values()),
            )
            for path, work in sorted(self._work.items())
            if work.applied or work.taken_back
        )

    def _of(self, repo: Repo, path: str) -> _Work:
        if path not in self._work:
            self._work[path] = _Work(repo.read(path))
        return self._work[path]

    def _fix_file(self, repo: Repo, path: str) -> None:
        """The rounds of one Dockerfile."""
        work = self._of(repo, path)
        seen = {repo.subjects[path].data}
        for _ in range(MAX_ROUNDS):
            subject = repo.subjects[path]
            if subject.tree.errors:
                return
            findings = self.linter.check_file(subject)
            self._create(repo, findings)
            batch = self._round(subject, findings, work)
            if not batch:
                return
            data = _applied(subject.data, batch)
            if data is None or data in seen:  # two rules undo each other: neither may go on
                work.taken_back.update({_key(f): f for f in batch})
                return
            seen.add(data)
            work.applied += batch
            work.rounds.append(_edits(batch))
            repo.change(path, data)

    def _usable(self, findings: Iterable[Finding], work: _Work) -> list[Finding]:
        return [
            f for f in findings
            if f.fix and f.fix.edits and (f.fix.safe or self.unsafe) and _key(f) not in work.taken_back
        ]  # fmt: skip

    def _round(self, subject: Subject, findings: Sequence[Finding], work: _Work) -> list[Finding]:
        """The fixes of a round, safe ones first. What does not do what it means to is taken back."""
        usable = [f for f in self._usable(findings, work) if f.place.path == subject.path]
        chosen = _disjoint(usable)
        if not chosen or self._stand(subject, chosen, findings):
            return chosen
        good = []
        for finding in usable:
            if self._stand(subject, [finding], findings):
                good.append(finding)
            else:
                work.taken_back[_key(finding)] = finding
        chosen = _disjoint(good)
        data = _applied(subject.data, chosen)
        if data and verify(subject.tree, _edits(chosen), Subject(subject.path, data).tree) is None:
            return chosen
        return chosen[:1]

    def _stand(self, subject: Subject, fixes: Sequence[Finding], findings: Sequence[Finding]) -> bool:
        """Whether some fixes, applied together, do what they mean to."""
        data = _applied(subject.data, fixes)
        if not data:
            return False
        after = Subject(subject.path, data, subject.settings, subject.services, subject.repo)
        if verify(subject.tree, _edits(fixes), after.tree) is not None:
            return False
        before, fixed = Counter(f.rule for f in findings), Counter(f.rule for f in fixes)
        alone = Linter(replace(self.linter.selection, rules=frozenset(fixed)))
        left = Counter(f.rule for f in alone.check_file(after))
        return all(left[rule] <= before[rule] - count for rule, count in fixed.items())

    def _create(self, repo: Repo, findings: Iterable[Finding]) -> None:
        """The new files that fixes bring."""
        for finding in findings:
            fix = finding.fix
            if fix is None or not fix.creates or not (fix.safe or self.unsafe):
                continue
            for path, content in fix.creates.items():
                if repo.read(path) is None:
                    work = self._of(repo, path)
                    repo.change(path, content)
                    work.applied.append(finding)

    def _fix_across(self, repo: Repo) -> None:
        """The rounds of rules over the repository; Dockerfiles that change get rounds of their own."""
        for _ in range(MAX_ROUNDS):
            findings = self.linter.check_repo(repo)
            self._create(repo, findings)
            by_path: dict[str, list[Finding]] = {}
            for finding in findings:
                by_path.setdefault(finding.place.path, []).append(finding)
            changed = [path for path, found in by_path.items() if self._fix_one_across(repo, path, found)]
            for path in changed:
                if path in repo.subjects:
                    self._fix_file(repo, path)
            if not changed:
                return

    def _fix_one_across(self, repo: Repo, path: str, findings: Sequence[Finding]) -> bool:
        """Apply the first usable fix of one file; whether it changed."""
        work, before = self._of(repo, path), repo.read(path) or b""
        for finding in self._usable(findings, work):
            data = _applied(before, [finding])
            if data is not None and data != before and self._reads(repo, path, finding, data):
                repo.change(path, data)
                work.applied.append(finding)
                work.rounds.append(_edits([finding]))
                return True
            work.taken_back[_key(finding)] = finding
        return False

    def _reads(self, repo: Repo, path: str, finding: Finding, data: bytes) -> bool:
        """Whether a changed file is still what it was: a Dockerfile, an ignore file, a compose file."""
        subject = repo.subjects.get(path)
        if subject is not None:
            assert finding.fix is not None
            return verify(subject.tree, finding.fix.edits, Subject(path, data).tree) is None
        try:
            if path.endswith(".dockerignore"):
                read_ignore(data, path)
            elif path.endswith((".yml", ".yaml")):
                parse_yaml(data.decode("utf-8"), path)
        except (BakehouseError, UnicodeDecodeError):
            return False
        return True


def _disjoint(findings: Iterable[Finding]) -> list[Finding]:
    """The findings whose fixes share no bytes, those with safe ones first."""
    taken: list[tuple[int, int]] = []
    in_turn = sorted(findings, key=lambda f: not (f.fix and f.fix.safe))
    return [finding for finding in in_turn if finding.fix and _fits(taken, finding.fix.edits)]


def _fits(taken: list[tuple[int, int]], edits: Sequence[Edit]) -> bool:
    """Whether edits share no byte with the places `taken`, in order, nor with each other; then they join them."""
    for number, edit in enumerate(edits):
        place = (edit.start, edit.end)
        at = bisect_left(taken, place)
        if (at and _share(taken[at - 1], place)) or (at < len(taken) and _share(place, taken[at])):
            for before in edits[:number]:
                del taken[bisect_left(taken, (before.start, before.end))]
            return False
        taken.insert(at, place)
    return True


def _share(left: tuple[int, int], right: tuple[int, int]) -> bool:
    """Whether two places, in order, overlap; two insertions at one place do."""
    return left[1] > right[0] or (left == right and left[0] == left[1])


def _edits(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    return tuple(edit for finding in findings if finding.fix for edit in finding.fix.edits)


def _applied(data: bytes, findings: Iterable[Finding]) -> bytes | None:
    """The bytes after the fixes of some findings; None where they do not fit."""
    try:
        return apply_edits(data, _edits(findings))
    except EditConflictError:
        return None


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes a fix the same fix in the next round, wherever its bytes have moved."""
    texts = tuple(edit.text for edit in finding.fix.edits) if finding.fix else ()
    return finding.rule, finding.message, finding.place.source, texts
