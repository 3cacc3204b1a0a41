"""Something is downloaded without encryption.

## What

curl, wget or ADD fetches from an `http://` address that is not of this machine, and no checksum or signature is
compared.

## Why

Whoever stands between the build and the server can put anything there. Distributions' own package lists are another
matter: their packages are signed.

## Bad

```dockerfile
FROM debian:13
RUN curl -fsSLo /tmp/tool.tar.gz http://example.com/tool-1.4.tar.gz
```

## Good

```dockerfile
FROM debian:13
RUN curl -fsSLo /tmp/tool.tar.gz https://example.com/tool-1.4.tar.gz
```

## Fix

Unsafe: `https` is written. It is unsafe because some servers have no https.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.downloads import downloads, is_verified
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="plain-http-download", group=Group.SECURITY, severity=Severity.WARNING, fix=FixSafety.UNSAFE)
_INSECURE = re.compile(
    r"http://(?!localhost|127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|\[|0\.0\.0\.0|[\w-]+(?:[:/]|\Z)"
    r"|[\w.-]+\.(?:local|internal|svc|lan|test)\b|\$)",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every address of curl, wget and ADD that is plain http."""
    if b"http://" not in subject.data:
        return
    for download in downloads(subject):
        if _INSECURE.match(download.url) and not is_verified(subject, download.program.run):
            yield _hit(subject, download.address.span)
    for _, step in subject.steps_named("ADD"):
        for source in step.sources:
            if step.instruction.flag("checksum"):
                continue
            if source.kind is SourceKind.URL and _INSECURE.match(source.path):
                yield _hit(subject, source.span)


def _hit(subject: Subject, span: Span) -> Hit:
    at = subject.data[span.start : span.end].find(b"http://")
    edit = insert(span.start + at + len("http"), "s") if at >= 0 else None
    return Hit("the download is not encrypted", span, hint="write https://", fix=unsafe_fix("Write https", edit))
