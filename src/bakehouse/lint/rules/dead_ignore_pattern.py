"""A line of the ignore file can never do anything.

## What

A pattern that stands there twice with nothing between that could undo the first, a `!` line before anything is left
out, or a pattern that points out of the context. This needs more than the file: it reads the ignore file.

## Why

Whoever reads the file believes that the line does something, and it does not.

## Bad

```dockerfile
# .dockerignore says: !src, *.log, *.log
FROM alpine:3.20
COPY . .
```

## Good

```dockerfile
# .dockerignore says: *.log
FROM alpine:3.20
COPY . .
```

## Fix

Safe: the line is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.ignore import IgnoreRule
from bakehouse.lint.ignore_lines import line_span, whole_line
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.model.edit import Edit

RULE = rule(__doc__, name="dead-ignore-pattern", group=Group.CONTEXT, severity=Severity.INFO, fix=FixSafety.SAFE)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every dead line of every ignore file in force."""
    seen: set[str] = set()
    for build in repo.builds:
        path, matcher = build.view.ignore_file, build.view.tree.matcher
        if path is None or path in seen or matcher is None:
            continue
        seen.add(path)
        data = repo.read(path) or b""
        for dead, why in _dead(matcher.rules):
            line = whole_line(data, dead.line)
            fix = safe_fix("Take the line out", Edit(line.start, line.end))
            yield Hit(f"{dead.text.strip()} {why}", line_span(data, dead.line), fix=fix, path=path)


def _dead(rules: tuple[IgnoreRule, ...]) -> Iterator[tuple[IgnoreRule, str]]:
    last: dict[str, int] = {}
    opposite = {False: -1, True: -1}  # where the last rule of the other kind stood
    for number, found in enumerate(rules):
        key = f"{found.negated} {found.pattern}"
        if found.pattern.startswith("../") or found.pattern == "..":
            yield found, "points out of the context"
        elif found.negated and opposite[True] < 0:
            yield found, "brings back what nothing before it leaves out"
        elif key in last and last[key] > opposite[found.negated]:
            yield found, f"stands in line {rules[last[key]].line} already"
        last[key] = number
        opposite[not found.negated] = number
