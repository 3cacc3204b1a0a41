"""Which commands of a RUN take files away again: `rm -rf DIR`, `find DIR -delete`, clean-up scripts.

Enter a command and a directory; leave whether the directory's content is gone afterwards. In doubt the answer is
yes: a clean-up that is not seen would be a false finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.packages import PackageCall, unwrap
from bakehouse.dockerfile.shell import Command
from bakehouse.lint.bases import is_windows
from bakehouse.lint.run_edits import append_command
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.edit import Edit

_BRACES = re.compile(r"(.*?)\{([^{}]*,[^{}]*)\}(.*)", re.DOTALL)
_GLOB_TAIL = re.compile(r"/[^/]*[*?\[][^/]*\Z")


def removes(command: Command, directory: str) -> bool:
    """Whether a command empties `directory`, or removes it or a directory above it."""
    words = unwrap(command.words)
    name = (words[0].text or "").rpartition("/")[2] if words else ""
    if name in ("rm", "find"):
        return any(directory == path or directory.startswith(f"{path}/") for path in removed_paths(command))
    return "clean" in name and len(words) == 1  # a script of the author's


def removed_paths(command: Command, only: Sequence[str] | None = None) -> Iterator[str]:
    """The paths whose content an `rm` or a `find -delete` takes away, without trailing `/` and `/*`; of all
    operands, or of those in `only`."""
    words = unwrap(command.words)
    name = (words[0].text or "").rpartition("/")[2] if words else ""
    flags = [word.static for word in words[1:] if word.static.startswith("-")]
    operands = [word.static for word in words[1:] if not word.static.startswith("-")]
    if name == "find":
        deletes = "-delete" in flags or ("-exec" in flags and "rm" in operands)
        operands = operands[:1] if deletes else []
    elif name != "rm":
        return
    for operand in operands if only is None else only:
        for path in expand_braces(operand):
            yield _GLOB_TAIL.sub("", path).rstrip("/") or "/"


def expand_braces(text: str) -> Iterator[str]:
    """`a/{b,c}` → `a/b`, `a/c`, as bash reads it."""
    match = _BRACES.match(text)
    if match is None:
        yield text
        return
    for part in match[2].split(","):
        yield from expand_braces(match[1] + part + match[3])


def cleans_after(run: Run, command: Command, directory: str) -> bool:
    """Whether a later command of the same RUN removes `directory`."""
    return any(c.span.start > command.span.start and removes(c, directory) for c in run.script.commands)


@dataclass(frozen=True, slots=True)
class Leftover:
    """What a package manager leaves behind: in `directories` (one of them removed is enough), unless a call of it
    with one of the `cleans` verbs follows. `tidy` takes a call and gives the command that cleans up."""

    managers: tuple[str, ...]
    directories: tuple[str, ...]
    cleans: frozenset[str]
    tidy: Callable[[PackageCall], str]
    foreign: tuple[str, ...] = ()
    """Flags of calls that install elsewhere, which are none of our business."""


def left_behind(subject: Subject, kind: Leftover) -> Iterator[tuple[Run, PackageCall, Edit | None]]:
    """For every RUN whose layer is shipped with such a leftover: the last call that makes it, and the clean-up."""
    for run in {run.start: run for run, _ in subject.calls(*kind.managers)}.values():
        if run.stage.stage.index not in subject.shipped or not run.script.whole or is_windows(run.stage, subject):
            continue
        calls = [call for call in run.calls if call.manager in kind.managers]
        makes = [call for call in calls if call.installs and not call.has(*kind.foreign)]
        if not makes or any(run.keeps_out(directory) for directory in kind.directories):
            continue
        last = makes[-1]
        if any(call.verb in kind.cleans and call.command.span.start > last.command.span.start for call in calls):
            continue
        if any(cleans_after(run, last.command, directory) for directory in kind.directories):
            continue
        plain = last.command.words[0].static.rpartition("/")[2] == last.program  # no sudo and its like
        yield run, last, append_command(subject.tree, run, kind.tidy(last)) if plain else None
