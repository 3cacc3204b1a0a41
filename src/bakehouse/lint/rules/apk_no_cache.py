"""apk leaves its package index in the image.

## What

`apk add` runs without `--no-cache`, or after an `apk update`, and nothing removes `/var/cache/apk`.

## Why

The index of Alpine's repositories stays in the layer. With `--no-cache` apk fetches a fresh index, uses it and
keeps nothing; an `apk update` before is not needed.

## Bad

```dockerfile
FROM alpine:3.20
RUN apk update && apk add curl
```

## Good

```dockerfile
FROM alpine:3.20
RUN apk add --no-cache curl
```

A cache mount on `/var/cache/apk`, or `rm -rf /var/cache/apk/*` in the same RUN, is fine too.

## Fix

Safe: `--no-cache` is added (in place of `--update`), and an `apk update` that has become needless goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.cleanups import cleans_after
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import add_flag, remove_command, replace_word
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="apk-no-cache",
    group=Group.SIZE,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    aliases=("DL3019",),
    needs=("apk",),
)
_CACHE = "/var/cache/apk"
_UPDATE = ("-U", "--update", "--update-cache")


def check(subject: Subject) -> Iterator[Hit]:
    """Every `apk add` that leaves the index, and every `apk update` beside it."""
    for run in subject.runs:
        calls = [call for call in run.calls if call.manager == "apk"]
        adds = [call for call in calls if call.installs]
        if not adds or run.stage.stage.index not in subject.shipped or not run.script.whole:
            continue
        if run.keeps_out(_CACHE) or run.keeps_out("/etc/apk/cache") or cleans_after(run, adds[-1].command, _CACHE):
            continue
        for call in calls:
            if call.has("--no-cache", "--no-network", "--root", "-p") or (call.verb != "update" and not call.installs):
                continue
            yield Hit(
                f"apk {call.verb} leaves the package index in the layer",
                call.command.span,
                hint="apk add --no-cache fetches the index itself and keeps none",
                fix=_fix(subject, run, call),
            )


def _fix(subject: Subject, run: Run, call: PackageCall) -> Fix | None:
    if call.verb == "update":
        return safe_fix("Drop apk update", remove_command(subject.tree, run, call.command))
    old = next((flag for flag in call.flags if flag.static in _UPDATE), None)
    if old is not None and not run.instruction.is_json:
        return safe_fix("Add --no-cache", replace_word(old, "--no-cache"))
    return safe_fix("Add --no-cache", add_flag(run, call, "--no-cache"))
