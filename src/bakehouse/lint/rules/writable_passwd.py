"""A file that says who is who may be written by others than root.

## What

`chmod g+w /etc/passwd`, `chmod g=u /etc/passwd`, `chmod 664 /etc/group` and their like, also for `shadow`, `sudoers`
and `ld.so.preload`; or their owner is changed.

## Why

Who can write `/etc/passwd` can become root. The habit comes from OpenShift, which runs containers as a user without
an entry there; programs that need one can be given it with `nss_wrapper`, and newer versions add it by themselves.

## Bad

```dockerfile
FROM debian:13
RUN chgrp 0 /etc/passwd && chmod g=u /etc/passwd
```

## Good

```dockerfile
FROM debian:13
RUN chgrp -R 0 /app && chmod -R g=u /app
```

## Fix

None: what relies on it is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="writable-passwd", group=Group.SECURITY, severity=Severity.WARNING)
_FILES = re.compile(
    r"/etc/(?:passwd|group|g?shadow|sudoers(?:\.d(?:/.*)?)?|ld\.so\.preload|ssh/sshd_config)|/etc/?|/etc/\*"
)
_FLAG = re.compile(r"--|-[RvcfhLHP]+\Z")
_WRITABLE = re.compile(r"0?[0-7]?[0-7](?:[2367][0-7]|[0-7][2367])|[ugo]*[goa][ugo]*(?:[+=][rxX]*w\w*|=u)")
_NOBODY_ELSE = re.compile(r"(?:root|0)?(?::(?:root|0|shadow)?)?")


def check(subject: Subject) -> Iterator[Hit]:
    """Every chmod and chown that gives such a file to others."""
    for program in subject.programs("chmod", "chown"):
        operands = [word for word in program.words[1:] if not _FLAG.match(word.static)]
        if len(operands) < 2:
            continue
        mode = operands[0].static
        if program.name == "chmod":
            given = any(_WRITABLE.fullmatch(part) for part in mode.split(","))
        else:
            given = "$" not in mode and not _NOBODY_ELSE.fullmatch(mode)
        file = next((word for word in operands[1:] if _FILES.fullmatch(word.static)), None)
        if given and file is not None:
            yield Hit(f"{file.static} may be written by others than root", file.span, hint="leave it to root")
