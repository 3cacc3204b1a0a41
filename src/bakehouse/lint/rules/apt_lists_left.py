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
from bakehouse.lint.subject import Subject

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
    runs = {run.start: run for run, _ in subject.calls("apt-get")}
    last_need, below = _needing(subject) if runs else ({}, set())
    for run in runs.values():
        updates = [call for call in run.calls if call.manager == "apt-get" and call.verb == "update"]
        if not updates or run.stage.stage.index not in subject.shipped or not run.script.whole:
            continue
        last = updates[-1]
        if run.keeps_out(LISTS) or cleans_after(run, last.command, LISTS):
            continue
        if any(call.verb in ("distclean", "dist-clean") for call in run.calls):
            continue
        stage = run.stage.stage.index
        needed = stage in below or last_need.get(stage, -1) > run.start
        edit = None if needed else append_command(subject.tree, run, f"rm -rf {LISTS}/*")
        yield Hit(
            "the package lists stay in the layer",
            last.command.span,
            hint=f"end the RUN with `rm -rf {LISTS}/*`, or mount a cache at /var/lib/apt",
            fix=safe_fix("Remove the package lists", edit),
        )


def _needing(subject: Subject) -> tuple[dict[int, int], set[int]]:
    """Where the last RUN of each stage starts that installs from lists it did not fetch, and the stages on which
    a stage stands that has such a RUN."""
    last: dict[int, int] = {}
    for run, call in subject.calls("apt-get"):
        fetched = any(other.verb == "update" and other.manager == "apt-get" for other in run.calls)
        if call.installs and not fetched:
            last[run.stage.stage.index] = run.start
    below: set[int] = set()
    for stage in reversed(subject.stages):
        base = stage.stage.origin.stage
        if base is not None and (stage.stage.index in last or stage.stage.index in below):
            below.add(base)
    return last, below
