"""The image wants Docker's socket.

## What

A VOLUME, an ENV or a command names `/var/run/docker.sock`, or `DOCKER_HOST` is a port without TLS (2375).

## Why

Who can talk to the Docker daemon is root on its machine. An image that asks for it invites to that.

## Bad

```dockerfile
FROM debian:13
VOLUME /var/run/docker.sock
```

## Good

```dockerfile
FROM debian:13
VOLUME /data
```

## Fix

None: whether the program needs the daemon is not known. A proxy that allows only some calls is better than the
socket itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="docker-socket", group=Group.SECURITY, severity=Severity.INFO, needs=("docker.sock", ":2375"))
_SOCKET = re.compile(r"/var/run/docker\.sock|/run/docker\.sock|tcp://[\w.-]*:2375\b")
_HINT = "put a proxy between that allows only what is needed"


def check(subject: Subject) -> Iterator[Hit]:
    """Every instruction that names the socket."""
    if b"docker.sock" not in subject.data and b":2375" not in subject.data:
        return
    for instruction in subject.named("VOLUME", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        for word in instruction.words:
            if _SOCKET.search(word.text):
                yield Hit("who has Docker's socket is root on the machine", word.span, hint=_HINT)
    for instruction in subject.named("ENV", "ARG"):
        for pair in instruction.pairs:
            if pair.value and _SOCKET.search(pair.value.text):
                yield Hit("who has Docker's socket is root on the machine", pair.span, hint=_HINT)
    for run in subject.runs:
        for command in run.script.commands:
            found = next((w for w in command.words if _SOCKET.search(w.static)), None)
            if found is not None:
                yield Hit("who has Docker's socket is root on the machine", found.span, hint=_HINT)
