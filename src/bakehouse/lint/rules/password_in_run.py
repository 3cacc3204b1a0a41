"""A password is set in a RUN.

## What

`echo "user:password" | chpasswd`, `useradd -p HASH`, `passwd -d` (an empty password), or a password given to a
database's client.

## Why

It stands in the file, in the image's history, and is the same in every container. Nobody logs in with a password to
a container; `docker exec` needs none.

## Bad

```dockerfile
FROM debian:13
RUN echo "root:hunter2" | chpasswd
```

## Good

```dockerfile
FROM debian:13
RUN useradd --create-home app
```

## Fix

None: what relies on it is not known. The finding shows stars in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.packages import unwrap
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Program, Subject

RULE = rule(
    __doc__,
    name="password-in-run",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    aliases=("DKL-LI-0001", "CKV2_DOCKER_17"),
)
_USER_AND_PASSWORD = re.compile(r"[\"']?[\w.-]+:[^$\s\"':]+(?:\\n)?[\"']?\Z")
_HINT = "leave it out: docker exec needs no password"


def check(subject: Subject) -> Iterator[Hit]:
    """Every password that is set."""
    for program in subject.programs("chpasswd", "passwd", "useradd", "usermod", "adduser"):
        if program.name == "chpasswd":
            source = _before_pipe(program)
            if source is not None:
                yield Hit("a password stands in the file", source, hint=_HINT)
        elif program.name == "passwd":
            if any(argument in ("-d", "--delete") for argument in program.arguments):
                yield Hit("the user gets an empty password", program.command.span, hint=_HINT)
        elif any(_is_password(program, at) for at in range(len(program.arguments))):
            yield Hit("a password stands in the file", program.command.span, hint=_HINT)


def _is_password(program: Program, at: int) -> bool:
    """Whether the argument is `-p` with a literal value behind it."""
    arguments = program.arguments
    if arguments[at] not in ("-p", "--password") or at + 1 >= len(arguments) or program.name == "adduser":
        return False
    return program.words[at + 2].text not in (None, "*", "!")


def _before_pipe(program: Program) -> Span | None:
    """The bytes of the echo whose literal user and password chpasswd reads."""
    commands = program.run.script.commands
    at = commands.index(program.command)
    if program.command.operator not in ("|", "|&") or at == 0:
        return None
    words = unwrap(commands[at - 1].words)
    if words and words[0].text in ("echo", "printf") and any(_USER_AND_PASSWORD.match(word.raw) for word in words[1:]):
        return commands[at - 1].span
    return None
