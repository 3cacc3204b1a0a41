"""A variable makes every program of the image load or trust something.

## What

ENV sets `LD_PRELOAD` to a library that is no well-known allocator or wrapper, or that lies in a directory where
others may write; or weakens cryptography for all: `NODE_OPTIONS=--openssl-legacy-provider`, `OPENSSL_CONF=/dev/null`.

## Why

`LD_PRELOAD` puts code into every process of every container, also into those of root. Weakened cryptography was
meant for one build step and stays for the program that is shipped.

## Bad

```dockerfile
FROM debian:13
ENV LD_PRELOAD=/tmp/hook.so
```

## Good

```dockerfile
FROM debian:13
ENV LD_PRELOAD=/usr/lib/libjemalloc.so.2
```

## Fix

None: what depends on it is not known. Set it for the one command that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="dangerous-env", group=Group.SECURITY, severity=Severity.INFO)
_KNOWN = re.compile(
    r"malloc|libgomp|libstdc|wrapper|libfaketime|iconv|libomp|iomp|mkl|cuda|libdatadog|dd-?trace|vgl|fakeroot|asan|tsan",
    re.IGNORECASE,
)
_WRITABLE = re.compile(r"(?:/var)?/tmp/|/dev/shm/|[^/]")
_HINT = "set it for the one command that needs it"


def check(subject: Subject) -> Iterator[Hit]:
    """Every such ENV."""
    for instruction in subject.named("ENV"):
        for pair in instruction.pairs:
            name, value = pair.key.text, (pair.value.text if pair.value else "").strip("\"'")
            if name == "LD_PRELOAD" and value and "$" not in value:
                if _WRITABLE.match(value) or not _KNOWN.search(value):
                    yield Hit(f"every program of the image loads {value}", pair.span, hint=_HINT)
            elif "--openssl-legacy-provider" in value or (name == "OPENSSL_CONF" and value == "/dev/null"):
                yield Hit("weak cryptography is allowed for every program of the image", pair.span, hint=_HINT)
