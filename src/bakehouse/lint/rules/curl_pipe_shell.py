"""A script from the network is run without being looked at.

## What

What curl or wget fetches goes straight to a shell or another interpreter: `curl ... | sh`, `bash <(curl ...)`,
`sh -c "$(curl ...)"`.

## Why

Nobody has seen what runs, it may be another script tomorrow, and a connection that breaks leaves half a script that
ran. Fetch it into a file, compare its checksum, then run it.

## Bad

```dockerfile
FROM debian:13
RUN curl -sSf https://sh.example.com/install | sh
```

## Good

```dockerfile
FROM debian:13
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \\
    https://sh.example.com/install-1.4.sh /tmp/install.sh
RUN sh /tmp/install.sh
```

## Fix

None: the checksum is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bakehouse.dockerfile.shell import ShellWord
from bakehouse.lint.downloads import downloads
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="curl-pipe-shell",
    group=Group.SECURITY,
    severity=Severity.INFO,
    needs=("curl", "wget"),
    aliases=("DD054",),
)
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_INTERPRETER = re.compile(r"(?:python|php|perl|ruby|node)[0-9.]*\Z")
_SUBSTITUTED = re.compile(r"\"?(?:\$\(|<\(|`)\s*(?:curl|wget)\b")
_HINT = "fetch it into a file, compare its checksum, then run it"


def check(subject: Subject) -> Iterator[Hit]:
    """Every download that is run as it comes."""
    for download in downloads(subject):
        if download.output in ("-", "/dev/stdout") and any(_runs_it(words) for words in download.readers):
            yield Hit("a script from the network is run unseen", download.program.command.span, hint=_HINT)
    for program in subject.programs(*_SHELLS, "eval", "source", "."):
        if any(_SUBSTITUTED.match(word.raw) for word in program.words[1:]):
            yield Hit("a script from the network is run unseen", program.command.span, hint=_HINT)


def _runs_it(words: Sequence[ShellWord]) -> bool:
    """Whether a reader runs its input as a program (and not `python -c`, which reads data)."""
    if not words:
        return False
    name = (words[0].text or "").rpartition("/")[2]
    arguments = [word.static for word in words[1:]]
    if name in _SHELLS:
        return not any(a.startswith("-") and not a.startswith("--") and a.endswith("c") for a in arguments)
    return _INTERPRETER.match(name) is not None and (not arguments or arguments[0] in ("-", "--"))
