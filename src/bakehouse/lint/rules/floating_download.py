"""The address of a download names no release.

## What

curl, wget or ADD fetches from an address that moves: `/releases/latest/download/`, the branch `main` or `master` of
a repository, `latest` in the name.

## Why

The same Dockerfile fetches another file tomorrow, and a checksum can never be given.

## Bad

```dockerfile
FROM debian:13
RUN curl -fsSLo /usr/local/bin/tool https://github.com/example/tool/releases/latest/download/tool-linux-amd64
```

## Good

```dockerfile
FROM debian:13
RUN curl -fsSLo /usr/local/bin/tool https://github.com/example/tool/releases/download/v1.4.2/tool-linux-amd64
```

## Fix

None: which release was meant is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.downloads import downloads
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="floating-download", group=Group.REPRODUCIBILITY, severity=Severity.INFO)
_FLOATING = re.compile(
    r"/releases/latest/download/|raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?(?:master|main|develop|HEAD)/"
    r"|/archive/(?:refs/heads/)?(?:master|main|develop|HEAD)\.|/(?:raw|tarball|zipball)/(?:master|main|HEAD)\b"
    r"|[/_-]latest(?:[/_.-]|\Z)|/nightly/",
    re.IGNORECASE,
)
_ASKS_FOR_A_NAME = re.compile(r"api\.github\.com|/latest\.(?:txt|json)|/releases/latest\Z|/stable\.txt")


def check(subject: Subject) -> Iterator[Hit]:
    """Every address that moves."""
    for download in downloads(subject):
        kept = download.output not in ("/dev/null",) and not _ASKS_FOR_A_NAME.search(download.url)
        if kept and _FLOATING.search(download.url) and not download.program.command.nested:
            yield Hit("the address names no release", download.address.span, hint="name one")
    for _, step in subject.steps_named("ADD"):
        for source in step.sources:
            if source.kind is SourceKind.URL and _FLOATING.search(source.path):
                yield Hit("the address names no release", source.span, hint="name one")
