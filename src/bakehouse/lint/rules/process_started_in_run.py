"""A service started by a RUN does not run in the container.

## What

The last command of a RUN starts a service or goes into the background, or `systemctl start` is called at all.

## Why

A layer keeps files, not processes: all of them are gone when the RUN ends. Nor does systemd run during a build.
Services that a RUN starts, uses and stops itself are left alone.

## Bad

```dockerfile
RUN apt-get update && apt-get install -y nginx && service nginx start
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y nginx
CMD ["nginx", "-g", "daemon off;"]
```

## Fix

None: the service belongs into CMD, ENTRYPOINT or a container of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.run_edits import ends_in_background
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="process-started-in-run", group=Group.CORRECTNESS, severity=Severity.WARNING)
_STARTS = frozenset({"start", "restart", "reload"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that leaves a process behind."""
    for run in subject.runs:
        found = _last_start(subject, run) or _systemctl(run)
        if found is not None:
            message = "the process does not outlive this RUN"
            yield Hit(message, found.span, hint="start it in CMD or ENTRYPOINT")


def _last_start(subject: Subject, run: Run) -> Command | None:
    if not run.chain or run.instruction.heredocs:
        return None
    last = run.chain[-1]
    words = [word.static for word in last.words]
    if not words:
        return None
    is_service = last.name in ("service", "rc-service", "invoke-rc.d") and words[-1] in _STARTS
    is_script = "/init.d/" in words[0] and words[-1] in _STARTS
    in_background = not run.instruction.is_json and ends_in_background(subject.tree, run.instruction)
    return last if is_service or is_script or in_background else None


def _systemctl(run: Run) -> Command | None:
    return next(
        (
            command for command in run.script.commands
            if command.name == "systemctl" and any(word.static in _STARTS for word in command.words[1:3])
            and "--root" not in " ".join(word.raw for word in command.words)
        ),
        None,
    )  # fmt: skip
