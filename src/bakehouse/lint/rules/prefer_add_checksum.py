"""A RUN only downloads a file and compares its checksum: ADD can do that.

## What

A RUN is nothing but a curl or wget of one file and `echo "SHA256  FILE" | sha256sum -c`.

## Why

ADD with the checksum needs neither curl nor certificates in the image, fetches in parallel to other steps, and does
not fetch again while the checksum is the same. The rule is off unless you ask for it.

## Bad

```dockerfile
FROM debian:13
RUN curl -fsSLo /tmp/a.tgz https://example.com/a-1.4.tgz && \\
    echo "24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d  /tmp/a.tgz" | sha256sum -c -
```

## Good

```dockerfile
FROM debian:13
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d --chmod=644 \\
    https://example.com/a-1.4.tgz /tmp/a.tgz
```

## Fix

Unsafe: the RUN becomes an ADD with the same checksum and `--chmod=644`. The file's time is the server's. No fix
where the user may not be root, or a variable is in the address that the Dockerfile does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.lint.downloads import Download, downloads
from bakehouse.lint.frontends import allows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.lint.users import runs_as_root
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="prefer-add-checksum",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
    default=False,
)
_LINE = re.compile(r"([0-9a-f]{64}) [ *]?(\S+)\s*\Z", re.IGNORECASE)
_CHECKSUM_MINOR = 6  # of Dockerfile 1
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_ODD = re.compile(r"[\s\"'`\\]|\$(?![\w{])|\$\{\w+[^\w}]")


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN that is one download and the comparison of its checksum."""
    for download in downloads(subject):
        run = download.program.run
        digest = _digest(run, download)
        if digest is not None:
            yield Hit(
                "the RUN only downloads and compares",
                download.program.command.span,
                hint=f"use ADD --checksum=sha256:{digest[:12]}...",
                fix=_fix(subject, download, digest),
            )


def _digest(run: Run, download: Download) -> str | None:
    """The checksum of a RUN of exactly these three commands."""
    commands = run.script.commands
    if len(commands) != 3 or commands[0] is not download.program.command or run.instruction.heredocs:
        return None
    if commands[1].name not in ("echo", "printf") or commands[2].name != "sha256sum" or commands[2].operator != "|":
        return None
    if commands[1].operator not in ("&&", ";") or download.output in ("", "-"):
        return None
    found = _LINE.match(" ".join(word.static for word in commands[1].words[1:]))
    return found[1].lower() if found and found[2] == download.output else None


def _fix(subject: Subject, download: Download, digest: str) -> Fix | None:
    run = download.program.run
    url, output = download.url, download.output
    names = [one or other for one, other in _VARIABLE.findall(url + output)]
    if any(name not in run.step.before.scope.values for name in names) or _ODD.search(url + output):
        return None
    if not allows(subject.tree, _CHECKSUM_MINOR):
        return None
    if run.instruction.flags or run.instruction.is_json or not runs_as_root(run.stage, run.step.before.user, subject):
        return None
    text = f"ADD --checksum=sha256:{digest} --chmod=644 {url} {output}"
    return unsafe_fix("Use ADD", replace(run.instruction.code, text))
