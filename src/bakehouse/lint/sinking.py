"""How far down in its stage an instruction can go without another result, and past which installs.

Enter a stage and the steps to move; leave the last RUN that installs packages and need not come after them.
A step that names one of the variables, and a RUN that may read any variable, stand in the way.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator

from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.lint.costs import installs_only, is_passable, uses
from bakehouse.lint.subject import Run, Subject, once

_PER_BUILD = re.compile(
    r"(?:git|vcs|src|source|ci|github|head|build|app)?_?(?:commit|sha1?|rev|revision)(?:_?(?:sha|hash|id|ref|short|date))?"
    r"|(?:git|vcs)_?(?:ref|hash|describe|tag|branch|version|date)|github_(?:sha|ref|run_id|run_number)|ci_\w+"
    r"|(?:build|created|image|commit|source)_?(?:date|time|timestamp|number|num|id|at)|\w+_build_date|timestamp",
    re.IGNORECASE,
)
_PER_RELEASE = re.compile(
    r"(?:app|release|image|package|project|build|service)?_?version|release|build_?ver", re.IGNORECASE
)
FAR = 300
"""How many instructions ahead are looked at: more than stages have, so that time stays linear."""
_REFERENCE = re.compile(r"\$\{?(\w+)")


def is_volatile(name: str) -> bool:
    """Whether a variable has another value at every build, or at every release, by its name."""
    return _PER_BUILD.fullmatch(name) is not None or _PER_RELEASE.fullmatch(name) is not None


def is_per_build(name: str) -> bool:
    """Whether a variable has another value at every build, by its name."""
    return _PER_BUILD.fullmatch(name) is not None


def passed_installs(
    subject: Subject, stage: StageMeaning, last: Step, names: Collection[str], moved: Collection[Step] = ()
) -> Run | None:
    """The last RUN after `last` that only installs and can come before it, for the variables `names`; steps in
    `moved` go along and stand in nobody's way."""
    found: Run | None = None
    at = next(number for number, step in enumerate(stage.steps) if step is last)
    for step in stage.steps[at + 1 : at + 1 + FAR]:
        if any(step is other for other in moved):
            continue
        if uses(step, names):
            break
        run = subject.run_of(step)
        if run is not None and not is_passable(run):
            break
        if run is not None and installs_only(run):
            found = run
    return found


def named_args(subject: Subject, stage: StageMeaning, step: Step) -> dict[str, Step]:
    """The variables that an instruction refers to as `$NAME` or `${NAME...}`, with the last ARG of the stage before
    it that declares this one alone."""
    found: dict[str, Step] = {}
    declared = _args(subject)[stage.stage.index] if "$" in step.instruction.original else {}
    for name in _REFERENCE.findall(step.instruction.original) if declared else ():
        steps = declared.get(name, [])
        at = bisect_left(steps, step.instruction.span.start, key=lambda arg: arg.instruction.span.start)
        if at:
            found.setdefault(name, steps[at - 1])
    return found


@once
def _args(subject: Subject) -> Iterator[dict[str, list[Step]]]:
    """For each stage the ARGs that declare one variable each, by its name."""
    for meaning in subject.stages:
        found: dict[str, list[Step]] = {}
        for step in meaning.steps:
            if step.instruction.name == "ARG" and len(step.instruction.pairs) == 1 and not step.from_trigger:
                found.setdefault(step.instruction.pairs[0].key.text, []).append(step)
        yield found
