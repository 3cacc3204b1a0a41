"""Which files an instruction writes into its layer, as far as the text tells: destinations of COPY and ADD, and
what curl, wget and git bring.

Enter a step or a RUN; leave absolute paths. What hangs on a variable or a changed directory is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice

from bakehouse.dockerfile.mounts import clean_path
from bakehouse.dockerfile.shell import Command, ShellWord
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.lint.cleanups import expand_braces
from bakehouse.lint.downloads import downloads
from bakehouse.lint.subject import Run, Subject

RECENT = 100
"""How many earlier COPYs, and written files, are looked at: what no stage has more of, so that time stays linear."""


def resolve(path: str, directory: str | None) -> str | None:
    """`path` as an absolute path, from `directory` on where it is relative; None where that is not known."""
    if path.startswith("/"):
        return clean_path(path)
    if not path or directory is None or path.startswith(("~", "$")):
        return None
    return clean_path(f"{directory}/{path}")


def destination(step: Step) -> str | None:
    """The absolute destination of a COPY or ADD; None where it is not known."""
    if not step.certain or not step.values:
        return None
    return resolve(step.values[-1], step.before.workdir or "/")


def copied_paths(step: Step) -> Iterator[str]:
    """The paths that a COPY or ADD makes: files below the destination where the sources have plain names, else
    the destination itself."""
    target = destination(step)
    if target is None:
        return
    into = step.values[-1].endswith(("/", ".")) or len(step.values) > 2
    for source in step.sources:
        name = source.context_path.rpartition("/")[2]
        if into and name not in ("", ".") and not any(c in name for c in "*?["):
            yield f"{target.rstrip('/')}/{name}"
        else:
            yield target


def matches(operand: str, path: str) -> bool:
    """Whether an absolute operand of rm, chown or chmod names a path, or a directory above it."""
    pattern = operand.rstrip("/") or "/"
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern.rstrip('/')}/*")


def operands(run: Run, command: Command, *, skip: int = 0) -> Iterator[tuple[ShellWord, str]]:
    """The words of a command that are no flags, from the `skip`-th on, with the absolute paths they name."""
    directory = working_directory(run, command)
    plain = [word for word in command.words[1:] if not word.static.startswith("-")]
    for word in plain[skip:]:
        if word.text is not None:
            for text in expand_braces(word.text):
                found = resolve(text, directory)
                if found is not None:
                    yield word, found


def working_directory(run: Run, command: Command) -> str | None:
    """The working directory of a command: WORKDIR, or where the last `cd` before it went; None if not known."""
    found = run.step.before.workdir or "/"
    for other in run.script.commands:
        if other.span.start >= command.span.start:
            break
        if other.name in ("pushd", "popd") or (other.name == "cd" and other.nested):
            return None
        if other.name == "cd":
            target = other.words[1].text if len(other.words) == 2 else None
            where = resolve(target, found) if target else None
            if where is None:
                return None
            found = where
    return found


def downloaded(subject: Subject) -> Iterator[tuple[Run, Command, str, str]]:
    """The files that curl and wget write: the RUN, the command, the file as the command names it, and its absolute
    path ("" if that is not known)."""
    for load in downloads(subject):
        run, command = load.program.run, load.program.command
        name = load.output.strip("\"'") or load.url.rpartition("/")[2].partition("?")[0]
        elsewhere = any(word.static.startswith(("-P", "--directory-prefix", "--output-dir")) for word in command.words)
        if name not in ("", "-") and not elsewhere:
            yield run, command, name, resolve(name, working_directory(run, command)) or ""


def copies_before(stage: StageMeaning, step: Step) -> Sequence[Step]:
    """The COPY and ADD steps of a stage that come before `step`, the last one first; not more than RECENT."""
    at = next(number for number, other in enumerate(stage.steps) if other is step)
    before = (stage.steps[number] for number in range(at - 1, -1, -1))
    return list(islice((other for other in before if other.instruction.name in ("COPY", "ADD")), RECENT))


def runs_between(stage: StageMeaning, first: Step, last: Step) -> bool:
    """Whether a RUN stands between two steps of a stage."""
    inside = [
        s for s in stage.steps if first.instruction.span.end <= s.instruction.span.start < last.instruction.span.start
    ]
    return any(step.instruction.name == "RUN" for step in inside)
