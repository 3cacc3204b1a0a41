"""git clone takes whatever is newest.

## What

A RUN clones a repository without naming a tag or a commit, and nothing in the stage checks one out afterwards; or it
names a branch that moves (`main`, `master`, `develop`).

## Why

BuildKit keeps the layer as long as the command is the same: a cached build has an old state, a fresh one the newest.
Neither is what anybody chose.

## Bad

```dockerfile
FROM debian:13
RUN git clone https://github.com/example/tool.git /src && make -C /src
```

## Good

```dockerfile
FROM debian:13
RUN git clone --depth 1 --branch v1.4.2 https://github.com/example/tool.git /src && make -C /src
```

## Fix

None: which state was meant is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.downloads import clones
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="unpinned-git-clone", group=Group.REPRODUCIBILITY, severity=Severity.WARNING)
_MOVING = frozenset({"main", "master", "develop", "trunk", "dev", "HEAD"})
_CHOOSE = frozenset({"checkout", "reset", "switch"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every clone without a fixed ref."""
    chosen = _last_choices(subject)
    for clone in clones(subject):
        if (
            clone.ref is None
            and not clone.url.startswith((".", "/"))
            and not _is_chosen_later(chosen, clone.program.run)
        ):
            span = clone.program.command.span
            yield Hit("git clone takes whatever is newest", span, hint="add --branch TAG, or check a commit out")
        elif clone.ref in _MOVING and not _is_chosen_later(chosen, clone.program.run):
            message = f"git clone takes whatever {clone.ref} is today"
            yield Hit(
                message, clone.program.command.span, hint="name a tag or a commit instead", severity=Severity.INFO
            )


def _last_choices(subject: Subject) -> dict[int, int]:
    """Where the last RUN starts that checks a state out, by the index of its stage."""
    return {
        program.run.stage.stage.index: program.run.start
        for program in subject.programs("git")
        if len(program.words) > 2 and _CHOOSE.intersection(program.arguments)
    }


def _is_chosen_later(chosen: dict[int, int], run: Run) -> bool:
    """Whether a state is checked out in this RUN or a later one of the stage."""
    return chosen.get(run.stage.stage.index, -1) >= run.start
