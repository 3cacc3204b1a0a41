"""The package lists of apt stay in the image.

## What

`apt-get update` runs in a layer of the image, and nothing in the same RUN removes `/var/lib/apt/lists`.

## Why

The lists are 20 to 60 MB that no container needs, and they are old the next day. Removed in a later RUN they
still lie in the layer below.

## Bad

```dockerfile
RUN apt-get update && apt-get install -y --no-install-recommends curl
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
```

A cache or tmpfs mount on `/var/lib/apt` keeps the lists out as well, and makes the next build faster. A stage
that only hands files on by COPY is not looked at.

## Fix

Safe: `rm -rf /var/lib/apt/lists/*` is added at the end of the RUN. No fix where a later RUN installs from these
lists without an update of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.cleanups import cleans_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import append_command
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="apt-lists-left",
    group=Group.SIZE,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    aliases=("DL3009",),
    needs=("apt",),
)
LISTS = "/var/lib/apt/lists"


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN of a shipped layer that fetches the lists and leaves them."""
    for run in {run.start: run for run, _ in subject.calls("apt-get")}.values():
        updates = [call for call in run.calls if call.manager == "apt-get" and call.verb == "update"]
        if not updates or run.stage.stage.index not in subject.shipped or not run.script.whole:
            continue
        last = updates[-1]
        if run.keeps_out(LISTS) or cleans_after(run, last.command, LISTS):
            continue
        if any(call.verb in ("distclean", "dist-clean") for call in run.calls):
            continue
        edit = None if _needed_later(subject, run) else append_command(subject.tree, run, f"rm -rf {LISTS}/*")
        yield Hit(
            "the package lists stay in the layer",
            last.command.span,
            hint=f"end the RUN with `rm -rf {LISTS}/*`, or mount a cache at /var/lib/apt",
            fix=safe_fix("Remove the package lists", edit),
        )


def _needed_later(subject: Subject, run: Run) -> bool:
    """Whether a later RUN, of this stage or of one that starts from it, installs without an update before."""
    fresh: set[int] = set()
    for other in subject.runs:
        if other.start <= run.start or not _stands_on(subject, other, run):
            continue
        for call in other.calls:
            if call.manager != "apt-get":
                continue
            if call.verb == "update":
                fresh.add(other.start)
            elif call.installs and other.start not in fresh:
                return True
    return False


def _stands_on(subject: Subject, run: Run, below: Run) -> bool:
    index: int | None = run.stage.stage.index
    while index is not None and index > below.stage.stage.index:
        index = subject.stages[index].stage.origin.stage
    return index == below.stage.stage.index
