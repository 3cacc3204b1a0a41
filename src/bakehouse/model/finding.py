"""What the linter finds: a rule, a place, a message, and perhaps a fix. Reports and migration take these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bakehouse.model.edit import Edit
from bakehouse.model.service import Notice


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"  # the build, or the image, is wrong
    WARNING = "warning"  # it costs time, space, safety or reproducibility
    INFO = "info"  # worth knowing
    STYLE = "style"  # a matter of form

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Group(StrEnum):
    """What a rule is about."""

    CACHE = "cache"
    CONTEXT = "context"
    SIZE = "size"
    REPRODUCIBILITY = "reproducibility"
    SECURITY = "security"
    CORRECTNESS = "correctness"
    BUILDKIT = "buildkit"
    MAINTAINABILITY = "maintainability"
    CROSS_FILE = "cross-file"


class FixSafety(StrEnum):
    """Whether a rule repairs what it finds. A safe fix never changes what the image contains or does, but for
    the stated purpose; an unsafe one may, so a person should look at it."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInfo:
    """What a rule is. `name` is kebab-case and its file's name with dashes; `aliases` are the names that other
    linters have for it (DL3008, or a BuildKit check such as StageNameCasing). `page` is Markdown: what, why,
    bad, good, and how safe the fix is. `fix` is the best the rule can do; single findings may have less.
    Rules with `default` False speak only where they are selected by name, alias or group. `needs` are texts in
    lower case, one of which a file has (in any case) where the rule has something to say; none: it may always.
    """

    name: str
    group: Group
    severity: Severity
    summary: str
    page: str
    fix: FixSafety = FixSafety.NONE
    aliases: tuple[str, ...] = ()
    default: bool = True
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where: workspace-relative path, 1-based lines, 1-based columns in bytes; the end is exclusive.

    `source` is the first line of it as text, without its newline.
    """

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A repair. `edits` change the bytes of the file at the finding's place; `creates` maps workspace-relative
    paths to the content of files that do not exist yet. `title` says what it does, in the imperative."""

    title: str
    safe: bool
    edits: tuple[Edit, ...] = ()
    creates: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that could be better, or is wrong. `message` says what is there, `hint` what to do."""

    rule: str
    group: Group
    severity: Severity
    message: str
    place: Place
    hint: str = ""
    fix: Fix | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFile:
    """What fixing did to one file: its bytes before and after, and what was applied.

    `rounds` are the edits of each round, on the bytes that the round before left. `taken_back` are fixes that did
    not do what they meant to: bugs of ours, undone and reported.
    """

    path: str
    before: bytes | None
    after: bytes
    applied: tuple[Finding, ...] = ()
    rounds: tuple[tuple[Edit, ...], ...] = ()
    taken_back: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """All findings of a run, ordered by place. `checked` are the files that were read; `baselined` counts the
    findings that the baseline file holds back, `suppressed` those that a comment does."""

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    notices: tuple[Notice, ...] = ()
    suppressed: int = 0
    baselined: int = 0
    fixed: tuple[FixedFile, ...] = ()
