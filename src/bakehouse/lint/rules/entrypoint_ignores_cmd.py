"""An ENTRYPOINT in shell form ignores CMD.

## What

A stage has an ENTRYPOINT in shell form and a CMD.

## Why

The shell form becomes `sh -c "..."`: what CMD adds, and what is given to `docker run IMAGE ...`, become arguments of
the shell, which the script does not look at. The command never runs.

## Bad

```dockerfile
ENTRYPOINT server
CMD ["--port", "8080"]
```

## Good

```dockerfile
ENTRYPOINT ["server"]
CMD ["--port", "8080"]
```

## Fix

None: either of the two may be what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Form
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="entrypoint-ignores-cmd", group=Group.CORRECTNESS, severity=Severity.WARNING)
_ARGUMENTS = re.compile(r"\$[@*0-9]|\$\{[@*0-9]")


def check(subject: Subject) -> Iterator[Hit]:
    """The CMD of every stage whose ENTRYPOINT ignores it."""
    for stage in subject.stages:
        last = {i.name: i for i in stage.stage.instructions if i.name in ("CMD", "ENTRYPOINT") and i.words}
        entrypoint, command = last.get("ENTRYPOINT"), last.get("CMD")
        if entrypoint is None or command is None or entrypoint.form is not Form.SHELL:
            continue
        if not _ARGUMENTS.search(entrypoint.words[0].text):
            message = f"CMD has no effect: the ENTRYPOINT in line {entrypoint.start_line} is in shell form"
            yield Hit(message, command.code, hint="write the ENTRYPOINT as a JSON array")
