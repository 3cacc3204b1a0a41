"""apt installs from package lists that an earlier layer fetched.

## What

`apt-get install` runs in a RUN without `apt-get update`, and the lists come from an earlier RUN.

## Why

The earlier layer is cached for weeks. When the install then changes, it looks for package versions in old lists,
and the archive no longer has them: "404 Not Found", or an outdated package without a word.

## Bad

```dockerfile
FROM debian:12
RUN apt-get update
RUN apt-get install -y --no-install-recommends curl
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl
```

## Fix

Unsafe: `apt-get update` is put before the install, and an earlier RUN that did nothing else goes. It is unsafe
because newer packages may come in.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete, insert
from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__, name="apt-update-split", group=Group.CACHE, severity=Severity.WARNING, fix=FixSafety.UNSAFE, needs=("apt",)
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every apt install that relies on the lists of an earlier RUN of its stage."""
    earlier: dict[int, Run] = {}
    for run in subject.runs:
        stage = run.stage.stage.index
        if any(call.verb == "update" and call.manager == "apt-get" for call in run.calls):
            earlier[stage] = run
            continue
        install = next((call for call in run.calls if _needs_lists(call)), None)
        if install is None or stage not in earlier or run.has_cache_mount("/var/lib/apt"):
            continue
        yield Hit(
            f"{install.program} install relies on the package lists of an earlier layer",
            install.command.span,
            hint="run apt-get update in the same RUN",
            fix=_fix(run, install, earlier[stage]),
        )


def _needs_lists(call: PackageCall) -> bool:
    if call.manager != "apt-get" or call.verb not in ("install", "build-dep") or not call.packages:
        return False
    return not all(package.word.static.startswith(("./", "/")) for package in call.packages)


def _fix(run: Run, install: PackageCall, before: Run) -> Fix | None:
    command = install.command
    if run.instruction.is_json or command.nested or command.operator not in ("", "&&", ";", "\n"):
        return None
    first = command.words[0]
    if first.static not in (install.program, "sudo"):
        return None
    sudo = "sudo " if first.static == "sudo" else ""
    edits = [insert(command.span.start, f"{sudo}{install.program} update && ")]
    if len(before.script.commands) == 1 and before.script.whole and not before.instruction.flags:
        edits.append(delete(before.instruction.span))
    return unsafe_fix("Update the lists in the same RUN", *edits)
