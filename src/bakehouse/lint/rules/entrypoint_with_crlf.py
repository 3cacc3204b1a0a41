"""The script that starts the container has Windows line ends.

## What

ENTRYPOINT or CMD starts a script that a COPY brings from the context, and its first line, `#!...`, ends with CR LF.
This needs more than the file: it looks into the context.

## Why

The kernel looks for an interpreter whose name ends with a carriage return: "no such file or directory", although the
script is plainly there.

## Bad

```dockerfile
# start.sh begins with #!/bin/sh and a carriage return
FROM alpine:3.20
COPY start.sh /start.sh
ENTRYPOINT ["/start.sh"]
```

## Good

```dockerfile
# .gitattributes says: *.sh text eol=lf
FROM alpine:3.20
COPY start.sh /start.sh
ENTRYPOINT ["/start.sh"]
```

## Fix

None here: the script is what should change (`sed -i 's/\\r$//' start.sh`, and `*.sh text eol=lf` in .gitattributes).
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.state import Step
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.start_files import start_files

RULE = rule(__doc__, name="entrypoint-with-crlf", group=Group.CROSS_FILE, severity=Severity.ERROR)
MAX_BYTES = 1_000_000


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every such script, at the word that names it."""
    for build in repo.builds:
        for start in start_files(build):
            placed = start.placed
            outer = build.outer(placed.node.path)
            if placed.node.entry.size > MAX_BYTES or _is_repaired(placed.later):
                continue
            first = (repo.read(outer) or b"").partition(b"\n")[0]
            if first.startswith(b"#!") and first.endswith(b"\r"):
                yield Hit(
                    f"{outer} has Windows line ends: the kernel will not find its interpreter",
                    start.word.span,
                    hint=f"sed -i 's/\\r$//' {outer}, and `*.sh text eol=lf` in .gitattributes",
                    path=build.subject.path,
                    service=build.service.name,
                )


def _is_repaired(later: tuple[Step, ...]) -> bool:
    """Whether a RUN after the COPY takes the carriage returns out."""
    texts = [step.instruction.original for step in later]
    return any("dos2unix" in text or "\\r" in text for text in texts)
