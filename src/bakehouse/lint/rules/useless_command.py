"""A command that makes no sense in a build.

## What

A RUN calls something for people at a terminal or for a running machine: `vim`, `top`, `ps`, `free`, `ssh`, `mount`,
`ifconfig`, `shutdown`, or starts a service as its last act.

## Why

Nobody sits at the terminal of a build, and no process of a RUN outlives it: only files do. A service that is started
in a RUN does not run in the container.

Left alone: services and processes that later commands of the same RUN use, editors without a screen (`vim -c ... +qa`),
`ssh` with an ssh mount, `mount` with `--security=insecure`.

## Bad

```dockerfile
FROM debian:13
RUN apt-get install -y nginx && service nginx start
```

## Good

```dockerfile
FROM debian:13
RUN apt-get install -y nginx
CMD ["nginx", "-g", "daemon off;"]
```

## Fix

Unsafe: the command is taken out of its chain. No fix where it is alone in the RUN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bakehouse.dockerfile.shell import Command
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command
from bakehouse.lint.subject import Program, Subject

RULE = rule(
    __doc__,
    name="useless-command",
    group=Group.SECURITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    aliases=("DL3001",),
)
_SCREEN = ("vim", "vi", "nano", "emacs", "top", "htop", "free", "ps", "ifconfig", "less", "more")
_MACHINE = ("shutdown", "reboot", "halt", "poweroff", "mount", "umount", "ssh", "kill")
_SERVICES = ("service", "systemctl")
_BATCH = ("-e", "-E", "-es", "-Es", "-c", "--batch", "--version", "-V", "-u", "--help")


def check(subject: Subject) -> Iterator[Hit]:
    """Every such command that nothing in its RUN explains."""
    for program in subject.programs(*_SCREEN, *_MACHINE, *_SERVICES):
        if program.command.nested or _has_reason(program):
            continue
        what = "is gone when the RUN ends" if program.name in _SERVICES else "makes no sense in a build"
        yield Hit(
            f"{program.name} {what}",
            program.command.span,
            hint="start it with CMD or ENTRYPOINT" if program.name in _SERVICES else "leave it out",
            fix=unsafe_fix("Take it out", remove_command(subject.tree, program.run, program.command)),
        )


def _has_reason(program: Program) -> bool:
    """Whether the RUN explains the command: something runs in the background, nobody looks, or it is allowed to."""
    run, name, arguments = program.run, program.name, program.arguments
    commands = run.script.commands
    if program.command.operator in ("|", "|&") or any(c.operator in ("|", "|&") for c in _next(program)):
        return True
    if name in _SERVICES:
        starts = any(argument in ("start", "restart") for argument in arguments)
        return not starts or program.command is not max(commands, key=lambda c: c.span.end)
    if name in ("kill", "ps"):
        background = any(c.operator == "&" or c.name in _SERVICES for c in commands)
        return background or any("pid" in argument.lower() for argument in arguments)
    if name in ("mount", "umount", "ssh"):
        allowed = run.step.security == "insecure" or any(mount.type == "ssh" for mount in run.step.mounts)
        return allowed or any(argument in ("-V", "--version") for argument in arguments)
    return any(argument in _BATCH or argument.startswith("+") for argument in arguments)


def _next(program: Program) -> Sequence[Command]:
    commands = program.run.script.commands
    at = commands.index(program.command) + 1
    return commands[at : at + 1]
