"""The image runs as root.

## What

The user at the end of a stage that becomes an image is root: a USER says so, or the base image runs as root and
no USER changes it. Images whose own entrypoint gives root up (postgres, redis, nginx ...) and files that bring
`gosu`, `su-exec` or the like are left alone; so are development images.

## Why

A hole in the program is a hole in everything root may do: write to all files of the image, use capabilities, and
with one more hole leave the container.

## Bad

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
USER root
CMD ["node", "main.js"]
```

## Good

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
USER 1000:1000
CMD ["node", "main.js"]
```

## Fix

Unsafe: a USER is put after the last instruction that changes files: the user that the file itself makes, else the
unprivileged one of the base image (node: 1000, distroless and scratch: 65532, Debian and Alpine: nobody, 65534).
A program that writes to files of root no longer can. No fix where ports below 1024 or volumes are declared, or
where the base image is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_after, replace
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.dockerfile.syntax import Instruction
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject, is_root
from bakehouse.lint.users import starts_as_root, unprivileged_user
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="root-final",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3002", "CIS-DI-0001", "CKV_DOCKER_3", "CKV_DOCKER_8"),
)
_CHANGES = frozenset({"RUN", "COPY", "ADD", "WORKDIR", "USER"})
_GIVES_ROOT_UP = (
    b"gosu", b"su-exec", b"setpriv", b"s6-overlay", b"runuser", b"supervisor", b"systemd", b"/sbin/init"
)  # fmt: skip


def check(subject: Subject) -> Iterator[Hit]:
    """Every product whose last user is root."""
    if any(sign in subject.data for sign in _GIVES_ROOT_UP):
        return
    for stage in subject.products:
        user = stage.end.user
        said = [s for s in stage.steps if s.instruction.name == "USER" and not s.from_trigger]
        if is_root(user) and said:
            yield Hit(
                f"the image runs as {user}",
                said[-1].instruction.words[0].span,
                hint="end with an unprivileged USER",
                fix=_fix(subject, stage, said[-1].instruction),
            )
        elif not said and user in (None, "") and _runs_something(stage) and starts_as_root(stage, subject):
            yield Hit(
                "the image runs as root: no USER is set",
                stage.stage.from_.words[0].span,
                hint="end with an unprivileged USER",
                fix=_fix(subject, stage, None),
                severity=Severity.INFO,
            )


def _runs_something(stage: StageMeaning) -> bool:
    return any(step.instruction.name in ("CMD", "ENTRYPOINT") for step in stage.steps)


def _fix(subject: Subject, stage: StageMeaning, said: Instruction | None) -> Fix | None:
    user = unprivileged_user(stage, subject)
    ports = [port.partition("/")[0] for port in stage.end.exposed]
    if user is None or stage.end.volumes or any(not p.isdigit() or int(p) < 1024 for p in ports):
        return None
    changes = [i for i in stage.stage.instructions if i.name in _CHANGES] or [stage.stage.from_]
    if changes[-1] is said:
        if "$" in said.words[0].text:
            return None
        return unsafe_fix(f"Run as {user}", replace(said.words[0].span, user))
    last = changes[-1]
    if not last.heredocs and subject.data[last.code.end : last.span.end].strip():
        return None  # the file ends in a continuation: a new line would belong to it
    return unsafe_fix(f"Run as {user}", insert_line_after(subject.tree, last.span, f"USER {user}"))
