"""A well-known label has a value of the wrong form.

## What

A label of the OCI image specification (`org.opencontainers.image.*`) or of label-schema.org is empty, or is no URL,
time, licence, revision, version or address where it has to be one.

## Why

Registries and scanners read these labels: a link that is none, a time they cannot parse or a licence that SPDX does
not know is as good as none.

## Bad

```dockerfile
LABEL org.opencontainers.image.created="yesterday"
```

## Good

```dockerfile
LABEL org.opencontainers.image.created="2024-05-01T12:00:00Z"
```

## Fix

None: the right value is not known. Values with variables are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bakehouse.lint.licences import is_licence_expression
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="label-value",
    group=Group.MAINTAINABILITY,
    severity=Severity.INFO,
    aliases=("DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"),
    default=False,
)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/]+\S*\Z", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)\Z")
_HASH = re.compile(r"[0-9a-f]{7,40}\Z|[0-9a-f]{64}\Z")
_SEMVER = re.compile(r"v?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>.]+(?:\.[^@\s<>.]+)+\Z")

_Test = Callable[[str], object]
_FORMS: dict[str, tuple[_Test, str]] = {
    "url": (_URL.match, "a URL"),
    "documentation": (_URL.match, "a URL"),
    "source": (_URL.match, "a URL"),
    "created": (_TIME.match, "a time such as 2024-05-01T12:00:00Z"),
    "licenses": (is_licence_expression, "an SPDX licence such as Apache-2.0"),
    "revision": (_HASH.match, "a Git hash"),
    "version": (_SEMVER.match, "a semantic version such as 1.2.3"),
}
_SCHEMA = {"url": "url", "usage": "url", "vcs-url": "source", "build-date": "created", "vcs-ref": "revision"}
_OCI, _LABEL_SCHEMA = "org.opencontainers.image.", "org.label-schema."


def check(subject: Subject) -> Iterator[Hit]:
    """Every such value."""
    for instruction in subject.named("LABEL"):
        for pair in instruction.pairs:
            value = pair.value.text.strip("\"'") if pair.value is not None else ""
            if "$" in value:
                continue
            key = pair.key.text.strip("\"'")
            wanted = _wanted(key, value)
            if wanted is not None:
                yield Hit(f"label {key} is not {wanted}", pair.span)


def _wanted(key: str, value: str) -> str | None:
    """What the value should be and is not, else None."""
    if not key.startswith((_OCI, _LABEL_SCHEMA)):
        is_address = key.rpartition(".")[2] in ("email", "e-mail") and value and not _EMAIL.match(value)
        return "an e-mail address" if is_address else None
    if not value:
        return "filled in"
    part = key.removeprefix(_OCI)
    form = _FORMS.get(part if key.startswith(_OCI) else _SCHEMA.get(key.removeprefix(_LABEL_SCHEMA), ""))
    return None if form is None or form[0](value) else form[1]
