"""sudo is used in RUN.

## What

A RUN calls a command through `sudo`.

## Why

RUN is root already, unless a USER says otherwise: then sudo does nothing but take another environment and bring a
package with setuid root into the image. Where the user is not root, `USER root` before and the user after say the
same without it.

## Bad

```dockerfile
FROM debian:12
RUN sudo apt-get update
```

## Good

```dockerfile
FROM debian:12
RUN apt-get update
```

## Fix

Safe where the user is certainly root: `sudo` and its flags go. Unsafe where the base image's user is not known.
No fix for another user (`sudo -u`), a login shell (`sudo -i`), or where the user is not root.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete
from bakehouse.dockerfile.shell import Command
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix, unsafe_fix
from bakehouse.lint.run_edits import remove_words
from bakehouse.lint.subject import Run, Subject
from bakehouse.lint.users import runs_as_root
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="sudo",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3004", "DKL-DI-0001", "CKV2_DOCKER_1"),
    needs=("sudo",),
)
_HARMLESS = frozenset({"-E", "-H", "-n", "-S", "-EH", "-HE", "--preserve-env", "--non-interactive", "--set-home"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every command through sudo."""
    for run, command in subject.commands("sudo"):
        if len(command.words) > 1:
            other = any(word.static.startswith(("-u", "--user")) for word in command.words[1:3])
            root = runs_as_root(run.stage, run.step.before.user, subject) and not other
            yield Hit(
                "sudo, though RUN is root already" if root else "sudo in RUN",
                command.words[0].span,
                hint="leave it out" if root else "put USER before the RUN, and the user back after it",
                fix=_fix(subject, run, command, safe=root),
                severity=None if root else Severity.INFO,
            )


def _fix(subject: Subject, run: Run, command: Command, *, safe: bool) -> Fix | None:
    words = command.words
    at = next((n for n, word in enumerate(words) if n and not word.static.startswith("-")), None)
    if at is None or any(word.static not in _HARMLESS for word in words[1:at]):
        return None
    if not safe and run.step.before.user is not None:
        return None
    gap = Span(words[0].span.start, words[at].span.start)
    one_line = b"\n" not in subject.data[gap.start : gap.end] and not run.instruction.is_json
    edit = delete(gap) if one_line else remove_words(subject.tree, run.instruction, words[:at])
    return (safe_fix if safe else unsafe_fix)("Take sudo out", edit)
