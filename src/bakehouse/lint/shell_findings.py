"""ShellCheck's word on the shell of RUN: scripts go out, its comments come back as findings in the Dockerfile.

Runs nothing: whoever calls gives the answers. A finding's rule is ShellCheck's own code (SC2086), which is also
the name to suppress it by, ours or hadolint's way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bakehouse.dockerfile.shell import ScriptText, script_text
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.linter import place as place_of
from bakehouse.lint.selection import RuleNames
from bakehouse.lint.subject import Subject
from bakehouse.lint.suppressions import Suppressions, read_suppressions
from bakehouse.model.finding import Finding, Group, Severity

_DIALECTS = {"bash": "bash", "ksh": "ksh", "zsh": "bash"}
_SEVERITIES = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "style": Severity.STYLE,
}


@dataclass(frozen=True, slots=True)
class RunScript:
    """One RUN's script, and the shell it is for (`sh`, `bash`, `dash` or `ksh`)."""

    subject: Subject
    text: ScriptText
    dialect: str


class Comment(msgspec.Struct):
    """One comment of ShellCheck's format json1: 1-based lines and columns, a tab counts as one column."""

    file: str
    line: int
    column: int
    code: int
    level: str
    message: str
    endLine: int = 0  # noqa: N815 - ShellCheck's spelling
    endColumn: int = 0  # noqa: N815


class Answer(msgspec.Struct):
    """All comments of one call."""

    comments: list[Comment]


def read_answer(text: str) -> list[Comment]:
    """The comments in what ShellCheck printed. Raises msgspec.DecodeError."""
    return msgspec.json.decode(text, type=Answer).comments


def scripts(subject: Subject) -> Iterator[RunScript]:
    """The scripts of all RUN in shell form that a POSIX shell reads."""
    if subject.tree.errors:
        return
    for run in subject.runs:
        shell = run.step.before.effective_shell
        text = script_text(subject.tree, run.instruction, shell)
        if text is not None and text.data.strip():
            name = shell[0].rpartition("/")[2]
            yield RunScript(subject, text, _DIALECTS.get(name, "sh"))


def place(
    found: Sequence[RunScript], comments: Mapping[int, Sequence[Comment]], names: RuleNames
) -> tuple[list[Finding], int]:
    """The findings of the scripts' comments (by the script's number), and how many of them comments silence."""
    hidden: dict[str, Suppressions] = {}
    findings: list[Finding] = []
    silenced = 0
    for number, script in enumerate(found):
        subject = script.subject
        if subject.path not in hidden:
            hidden[subject.path] = read_suppressions(subject.tree, names)
        for comment in comments.get(number, ()):
            span = _span(script.text, comment)
            if hidden[subject.path].hide(f"SC{comment.code}", subject.tree.position(span.start).line):
                silenced += 1
            else:
                findings.append(_finding(comment, subject, span))
    return findings, silenced


def _finding(comment: Comment, subject: Subject, span: Span) -> Finding:
    return Finding(
        rule=f"SC{comment.code}",
        group=Group.CORRECTNESS,
        severity=_SEVERITIES.get(comment.level, Severity.INFO),
        message=comment.message.rstrip("."),
        place=place_of(subject.path, subject.data, span),
        hint="what ShellCheck says of this RUN; its wiki has a page for each code",
    )


def _span(text: ScriptText, comment: Comment) -> Span:
    """A comment's lines and columns -> bytes of the Dockerfile."""
    start = _offset(text.data, comment.line, comment.column)
    end = _offset(text.data, comment.endLine or comment.line, comment.endColumn or comment.column + 1)
    return text.span(start, max(end, start + 1) if start < len(text.data) else start)


def _offset(data: bytes, line: int, column: int) -> int:
    lines = data.split(b"\n")
    number = min(line, len(lines)) - 1
    before = sum(len(other) + 1 for other in lines[:number])
    chars = lines[number].decode("utf-8", "surrogateescape")[: column - 1]
    return before + len(chars.encode("utf-8", "surrogateescape"))
