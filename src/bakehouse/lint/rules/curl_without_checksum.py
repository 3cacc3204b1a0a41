"""A file is downloaded and its checksum is not compared.

## What

A RUN downloads a program or an archive with curl or wget, and nothing in the RUN, or in a later one of the stage,
compares a checksum or a signature.

## Why

What is built in is whatever the server gave that day: another release under the same address, an error page, or
something that somebody put there.

## Bad

```dockerfile
FROM debian:13
RUN curl -fsSLo /tmp/tool.tar.gz https://example.com/tool-1.4.tar.gz && tar -xf /tmp/tool.tar.gz -C /usr/local
```

## Good

```dockerfile
FROM debian:13
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \\
    https://example.com/tool-1.4.tar.gz /tmp/tool.tar.gz
RUN tar -xf /tmp/tool.tar.gz -C /usr/local
```

## Fix

None: the checksum is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.downloads import Download, downloads, is_verified
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__, name="curl-without-checksum", group=Group.REPRODUCIBILITY, severity=Severity.INFO, needs=("curl", "wget")
)
_ARCHIVE = re.compile(
    r"\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|zip|gz|xz|bz2|zst|deb|rpm|apk|jar|war|whl|gem|run|bin|AppImage|exe|phar|so|phar"
    r"|pkg|dmg|msi|7z)\b|/releases?/download/|/download(?:s)?/|[-_](?:amd64|x86_64|arm64|aarch64|linux)|\$\{?\w*ARCH",
    re.IGNORECASE,
)
_UNPACKERS = frozenset(
    {"tar", "bsdtar", "unzip", "gunzip", "zcat", "xz", "bunzip2", "zstd", "cpio", "dpkg", "rpm2cpio"}
)
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.|0\.0\.0\.0|\[::1\])|file:")


def check(subject: Subject) -> Iterator[Hit]:
    """The first unchecked download of each RUN."""
    seen: set[int] = set()
    for download in downloads(subject):
        run = download.program.run
        if id(run) in seen or not _is_program(download) or is_verified(subject, run):
            continue
        seen.add(id(run))
        yield Hit(
            "the download's checksum is not compared",
            download.address.span,
            hint="use ADD --checksum=sha256:..., or sha256sum -c",
        )


def _is_program(download: Download) -> bool:
    if _LOCAL.match(download.url):
        return False
    if any(name in _UNPACKERS for name in download.reader_names):
        return True
    to_file = download.output not in ("-", "/dev/null", "/dev/stdout") and not download.readers
    return to_file and _ARCHIVE.search(download.url) is not None
