"""An ARG that nothing uses.

## What

An ARG before the first FROM that no FROM uses and no stage takes over; or an ARG of a stage that no instruction names
and after which nothing runs.

## Why

`--build-arg` for it is accepted and does nothing. An ARG before a RUN may be read by what the RUN calls, so such ARGs
are not reported.

## Bad

```dockerfile
ARG VERSION=1.2
FROM alpine:3.20
```

## Good

```dockerfile
ARG VERSION=3.20
FROM alpine:${VERSION}
```

## Fix

Unsafe: the ARG is removed where it declares nothing else. BuildKit warns then if a build still gives it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete_lines
from bakehouse.dockerfile.expansion import PROXY_ARGS
from bakehouse.dockerfile.syntax import Instruction, Pair
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject, once

RULE = rule(__doc__, name="unused-arg", group=Group.CORRECTNESS, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_READ_BY_BUILDKIT = re.compile(
    r"BUILDKIT_|SOURCE_DATE_EPOCH\Z|DOCKER_|(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT|STAGE)|CACHEBUST|CACHE_BUST",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such ARG."""
    for instruction in subject.named("ARG"):
        for pair in instruction.pairs:
            name = pair.key.text
            if not name.isidentifier() or name.upper() in PROXY_ARGS or _READ_BY_BUILDKIT.match(name):
                continue
            if _is_expanded(subject, name):
                continue
            if not _is_followed_by_run(subject, instruction) and not _is_named_elsewhere(subject, instruction, pair):
                edit = delete_lines(subject.tree, instruction.span) if len(instruction.pairs) == 1 else None
                yield Hit(f"nothing uses {name}", pair.span, hint="remove it", fix=unsafe_fix("Remove the ARG", edit))


def _is_expanded(subject: Subject, name: str) -> bool:
    """Whether `$NAME` or `${NAME` stands anywhere: the quick answer for most ARGs."""
    return f"${name}".encode() in subject.data or f"${{{name}".encode() in subject.data


def _is_named_elsewhere(subject: Subject, arg: Instruction, pair: Pair) -> bool:
    """Whether the name stands in another instruction, or in another pair of this one."""
    word = re.compile(rf"\b{re.escape(pair.key.text)}\b")
    for instruction in subject.tree.instructions:
        if instruction is arg:
            others = (other for other in arg.pairs if other is not pair)
            texts = [text.text for other in others for text in (other.key, other.value) if text is not None]
        else:
            texts = [instruction.original, *(heredoc.content for heredoc in instruction.heredocs)]
        if any(word.search(text) for text in texts):
            return True
    return False


def _is_followed_by_run(subject: Subject, arg: Instruction) -> bool:
    """Whether something runs after an ARG, in its stage or in one that starts from it."""
    starts = [meaning.stage.from_.span.start for meaning in subject.stages]
    home = bisect_right(starts, arg.span.start) - 1
    return home >= 0 and _last_runs(subject)[home] > arg.span.start


@once
def _last_runs(subject: Subject) -> tuple[int, ...]:
    """For each stage where the last RUN starts in it or in a stage on top of it; -1 where there is none."""
    found = [-1] * len(subject.stages)
    for meaning in reversed(subject.stages):
        index, base = meaning.stage.index, meaning.stage.origin.stage
        own = (i.span.start for i in meaning.stage.instructions if i.name in ("RUN", "ONBUILD"))
        found[index] = max(found[index], max(own, default=-1))
        if base is not None:
            found[base] = max(found[base], found[index])
    return tuple(found)
