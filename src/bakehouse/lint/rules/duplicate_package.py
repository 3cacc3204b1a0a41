"""A package is named twice in one install command.

## What

The same word stands twice among the packages of a command.

## Why

It has no effect, and whoever removes the package later removes one of the two and wonders.

## Bad

```dockerfile
RUN apk add curl git curl
```

## Good

```dockerfile
RUN apk add curl git
```

## Fix

Safe: the second one is removed, with its line where it has one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import remove_word
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="duplicate-package", group=Group.MAINTAINABILITY, severity=Severity.INFO, fix=FixSafety.SAFE)
_MANAGERS = ("apt-get", "aptitude", "apk", "yum", "zypper", "pacman", "pip", "npm", "gem")


def check(subject: Subject) -> Iterator[Hit]:
    """Every package that its command has already."""
    for run, call in subject.calls(*_MANAGERS):
        if not call.installs:
            continue
        seen: set[str] = set()
        for package in call.packages:
            text = package.word.text
            if text is None or text.startswith("-"):
                continue
            if text in seen:
                fix = safe_fix(f"Remove the second {text}", remove_word(subject.tree, run.instruction, package.word))
                yield Hit(f"{text} is named twice", package.word.span, fix=fix)
            seen.add(text)
