"""A RUN only clones a repository: ADD can do that.

## What

A RUN is nothing but one `git clone` of an https address.

## Why

ADD asks the server for the commit behind the tag and keeps the layer exactly as long as it stays the same; it needs
no git in the image, and leaves no history in it.

## Bad

```dockerfile
FROM debian:13
RUN git clone --depth 1 --branch v1.4.2 https://github.com/example/tool.git /src
```

## Good

```dockerfile
FROM debian:13
ADD https://github.com/example/tool.git#v1.4.2 /src
```

## Fix

Unsafe: the RUN becomes an ADD. The directory `.git` is no longer there, and files belong to root. No fix where the
user may not be root, or the address is not one that ADD takes for git.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.downloads import Clone, clones
from bakehouse.lint.frontends import allows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject
from bakehouse.lint.users import runs_as_root
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="prefer-add-git",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
)
_HOSTS = re.compile(r"https://(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/[\w./-]+\Z")
_ADD_GIT_MINOR = 6  # of Dockerfile 1
_PLAIN = re.compile(r"[\w./+-]*\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that is one git clone over https and nothing else."""
    for clone in clones(subject):
        run = clone.program.run
        if len(run.script.commands) != 1 or not run.script.whole or not clone.url.startswith("https://"):
            continue
        address = _address(clone)
        hint = f"ADD {address} {_directory(clone)}" if address else "use ADD with the address and #ref"
        yield Hit("the RUN only clones a repository", clone.program.command.span, hint=hint, fix=_fix(subject, clone))


def _address(clone: Clone) -> str | None:
    """The address as ADD takes it; None where it might not take it for git."""
    url = clone.url
    if not url.endswith(".git"):
        if not _HOSTS.match(url):
            return None
        url = f"{url.rstrip('/')}.git"
    return url + (f"#{clone.ref}" if clone.ref else "")


def _directory(clone: Clone) -> str:
    return clone.directory or clone.url.rstrip("/").removesuffix(".git").rpartition("/")[2]


def _fix(subject: Subject, clone: Clone) -> Fix | None:
    run, address = clone.program.run, _address(clone)
    texts = (clone.ref or "", _directory(clone))
    if address is None or not clone.plain or not all(_PLAIN.match(text) for text in texts) or "$" in address:
        return None
    instruction = run.instruction
    if instruction.flags or instruction.heredocs or instruction.is_json or run.script.commands[0].redirects:
        return None
    if not allows(subject.tree, _ADD_GIT_MINOR) or not runs_as_root(run.stage, run.step.before.user, subject):
        return None
    return unsafe_fix("Use ADD", replace(instruction.code, f"ADD {address} {_directory(clone)}"))
