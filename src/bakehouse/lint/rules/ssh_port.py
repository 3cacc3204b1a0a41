"""An ssh server runs in the image.

## What

EXPOSE names port 22, or CMD or ENTRYPOINT starts `sshd`.

## Why

One more way in, with keys, passwords and updates of its own. `docker exec` and `kubectl exec` need no server.

## Bad

```dockerfile
FROM debian:13
EXPOSE 22 8080
```

## Good

```dockerfile
FROM debian:13
EXPOSE 8080
```

## Fix

None: who uses it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="ssh-port", group=Group.SECURITY, severity=Severity.INFO, aliases=("DS-0004", "CKV_DOCKER_1"))


def check(subject: Subject) -> Iterator[Hit]:
    """Every EXPOSE of port 22, and every sshd that is started."""
    for _, step in subject.steps_named("EXPOSE"):
        if any(port.partition("/")[0] == "22" for port in step.values):
            words = step.instruction.words
            word = next((w for w in words if w.text.partition("/")[0] == "22"), words[0])
            yield Hit("port 22 is for an ssh server", word.span, hint="use docker exec or kubectl exec instead")
    for instruction in subject.named("CMD", "ENTRYPOINT"):
        parts = [part for text in instruction.arguments for part in text.split()]
        if any(part.rpartition("/")[2] == "sshd" for part in parts):
            yield Hit("an ssh server is started", instruction.code, hint="use docker exec or kubectl exec instead")
