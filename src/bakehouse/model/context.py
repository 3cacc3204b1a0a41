"""A build context as nouns: what is sent of it, who takes it, what nobody uses, and an ignore file to propose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSource:
    """One source of a COPY, an ADD or a bind mount. `text` is the source as written, `line` that of its instruction.

    `bytes` and `files` are what it takes. `problem` says why BuildKit would fail on it. `whole` is True where it could
    not be resolved and counts as the whole context.
    """

    instruction: str
    text: str
    stage: str
    line: int
    files: int
    bytes: int
    problem: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextItem:
    """A file, or a directory with all that is in it. `role` is what it looks like (secret, build product, ...).

    `line` is the line of the Dockerfile that names it, where one does; `sent` whether it is sent now.
    """

    path: str
    bytes: int
    files: int
    role: str | None = None
    line: int | None = None
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRuleUse:
    """A line of the ignore file that matches nothing."""

    pattern: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreProposal:
    """An ignore file that leaves in what is needed. `path` is where it belongs, relative to the workspace.

    `form` is allow-list (everything out, what COPY names back in), deny-list, or additions to the file that is there.
    `sent_bytes` and `sent_files` are what a build would then send; `saves_bytes` the difference to now.
    `reasons` are lines for people, `diff` is a unified diff.
    """

    path: str
    form: str
    text: str
    diff: str
    sent_bytes: int
    sent_files: int
    saves_bytes: int
    saves_files: int
    reasons: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextReport:
    """The context of one build.

    `present_*` is what is left after the ignore file, `sent_*` what BuildKit's client sends of it for the stages that
    the target needs. Lists are largest first. `problems` are lines for people.
    """

    service: str
    dockerfile: str
    context: str
    target: str | None
    ignore_file: str | None
    ignore_rules: int
    present_bytes: int
    present_files: int
    sent_bytes: int
    sent_files: int
    sources: tuple[ContextSource, ...]
    largest: tuple[ContextItem, ...]
    unused: tuple[ContextItem, ...]
    suspicious: tuple[ContextItem, ...]
    dead_rules: tuple[IgnoreRuleUse, ...]
    proposal: IgnoreProposal | None
    problems: tuple[str, ...] = ()
