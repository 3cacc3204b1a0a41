"""What a rule is: a module with `RULE` and one of two functions, and what these functions yield.

A rule's module is its documentation: `RULE = rule(__doc__, ...)` takes the page from the module's docstring,
whose first line is the summary. The rest is Markdown with the headings What, Why, Bad, Good, Fix.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bakehouse.dockerfile.syntax import Span
from bakehouse.model.edit import Edit
from bakehouse.model.finding import Fix, FixSafety, Group, RuleInfo, Severity

if TYPE_CHECKING:
    from bakehouse.lint.repo import Repo
    from bakehouse.lint.subject import Subject

__all__ = ["FileRule", "FixSafety", "Group", "Hit", "RepoRule", "Severity", "rule", "safe_fix", "unsafe_fix"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule has something to say.

    `span` are bytes of the subject's file, or of the file at the workspace-relative `path` where that is given
    (a rule over the repository always gives it). `message` says what is there, `hint` what to do.
    """

    message: str
    span: Span
    hint: str = ""
    fix: Fix | None = None
    path: str | None = None
    severity: Severity | None = None
    service: str | None = None


class FileRule(Protocol):
    """A rule that looks at one Dockerfile at a time."""

    RULE: RuleInfo

    def check(self, subject: Subject) -> Iterable[Hit]:
        """The hits in one file, in file order."""
        ...


class RepoRule(Protocol):
    """A rule that needs several files: services, compose files, contexts, manifests."""

    RULE: RuleInfo

    def check_repo(self, repo: Repo) -> Iterable[Hit]:
        """The hits in all files."""
        ...


def rule(
    page: str | None,
    *,
    name: str,
    group: Group,
    severity: Severity,
    fix: FixSafety = FixSafety.NONE,
    aliases: tuple[str, ...] = (),
    default: bool = True,
    needs: tuple[str, ...] = (),
) -> RuleInfo:
    """The description of a rule from its module's docstring and its facts. `needs` lets a rule over one file skip
    most files unread (see `RuleInfo`)."""
    assert page is not None, "a rule's page is its module's docstring"
    text = inspect.cleandoc(page)
    summary, _, rest = text.partition("\n")
    return RuleInfo(
        name=name,
        group=group,
        severity=severity,
        summary=summary.strip().rstrip("."),
        page=rest.strip("\n"),
        fix=fix,
        aliases=aliases,
        default=default,
        needs=needs,
    )


def safe_fix(title: str, *edits: Edit | None) -> Fix | None:
    """A fix that changes nothing but what it says; None where one of its edits was refused."""
    return _fix(title, edits, safe=True)


def unsafe_fix(title: str, *edits: Edit | None) -> Fix | None:
    """A fix that a person should look at; None where one of its edits was refused."""
    return _fix(title, edits, safe=False)


def _fix(title: str, edits: tuple[Edit | None, ...], *, safe: bool) -> Fix | None:
    made = tuple(edit for edit in edits if edit is not None)
    if not made or len(made) != len(edits):
        return None
    return Fix(title=title, safe=safe, edits=made)
