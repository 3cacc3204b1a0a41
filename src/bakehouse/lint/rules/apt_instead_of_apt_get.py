"""apt is made for people at a terminal; scripts use apt-get.

## What

A RUN calls `apt`.

## Why

`apt` warns that its command line is not stable, and draws progress bars into the log. `apt-get` and `apt-cache` do the
same work and stay as they are.

## Bad

```dockerfile
RUN apt update && apt install -y curl
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y curl
```

## Fix

Safe: `apt` becomes `apt-get`, or `apt-cache` for show, search and policy. No fix for `apt list` and for patterns.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import replace_word
from bakehouse.lint.subject import Program, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="apt-instead-of-apt-get",
    group=Group.CORRECTNESS,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    aliases=("DL3027",),
    needs=("apt",),
)
_GET = frozenset({
    "install", "update", "upgrade", "dist-upgrade", "full-upgrade", "remove", "purge", "autoremove", "autopurge",
    "clean", "autoclean", "source", "build-dep", "download", "changelog", "satisfy", "reinstall",
})  # fmt: skip
_CACHE = frozenset({"show", "search", "policy", "depends", "rdepends"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every call of apt."""
    for program in subject.programs("apt"):
        word = program.words[0]
        yield Hit("apt is not made for scripts", word.span, hint="use apt-get or apt-cache", fix=_fix(program))


def _fix(program: Program) -> Fix | None:
    verb = next((word for word in program.arguments if not word.startswith("-")), "")
    name = "apt-get" if verb in _GET else "apt-cache" if verb in _CACHE else None
    is_pattern = any(word[:1] in "~?" for word in program.arguments)
    if name is None or is_pattern or program.run.instruction.is_json or program.words[0].raw != "apt":
        return None
    return safe_fix(f"Use {name}", replace_word(program.words[0], name))
