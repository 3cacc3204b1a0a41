"""A user name and a password stand in an address.

## What

An address in the file has a password: `https://user:password@host`. Variables and the usual words of examples
(`user:password`, `postgres:postgres`) are left alone.

## Why

The address is in the file, in its history, in the image's history, and often in what the command leaves behind:
git writes it to `.git/config`.

## Bad

```dockerfile
FROM python:3.14
RUN pip install --index-url https://deploy:hunter2@pypi.example.com/simple/ flask==3.1.0
```

## Good

```dockerfile
FROM python:3.14
RUN --mount=type=secret,id=netrc,target=/root/.netrc \\
    pip install --index-url https://pypi.example.com/simple/ flask==3.1.0
```

## Fix

None: change the password, and mount it as a secret. The finding shows stars in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="credentials-in-url", group=Group.SECURITY, severity=Severity.WARNING)
_URL = re.compile(rb"://([^\s/:@'\"$<{\[]*):([^\s/@'\"$<{\[*]+)@([\w.-]+)")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*\Z")
_EXAMPLES = frozenset({
    "password", "passwd", "pass", "pwd", "secret", "postgres", "root", "user", "username", "guest", "admin", "test",
    "example", "changeme", "mysql", "mongo", "redis", "token", "x-oauth-basic", "dummy", "placeholder", "rabbitmq",
    "pw", "xxx",
})  # fmt: skip


def check(subject: Subject) -> Iterator[Hit]:
    """Every address with a password in it, comments left out."""
    if b"://" not in subject.data or b"@" not in subject.data:
        return
    for match in _URL.finditer(subject.data):
        user, password = match[1].decode("latin-1").lower(), match[2].decode("latin-1").lower()
        line = subject.data[subject.data.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if password in _EXAMPLES or password == user or password.isdigit() or line.lstrip().startswith(b"#"):
            continue
        host = match[3].decode("latin-1")
        scheme = _SCHEME.search(line)
        yield Hit(
            f"a password for {host} stands in the address",
            Span(match.start() - len(scheme[0] if scheme else b""), match.end()),
            hint="change it, and mount the new one as a secret",
        )
