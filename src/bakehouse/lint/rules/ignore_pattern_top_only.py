"""An ignore pattern matches only at the top of the context, and what it is meant for lies deeper.

## What

A pattern without a slash, such as `node_modules`, names nothing at the top of the context, but there are things of
that name further down. This needs more than the file: it looks into the context.

## Why

In `.gitignore` such a pattern holds at every depth. In `.dockerignore` it holds only at the top: deeper ones are sent
and copied.

## Bad

```dockerfile
# .dockerignore says: node_modules, and there is only web/node_modules
FROM node:20
COPY . .
```

## Good

```dockerfile
# .dockerignore says: **/node_modules
FROM node:20
COPY . .
```

## Fix

Unsafe: `**/` is put before the pattern. It is unsafe because something of that name deeper down may be wanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.contexts import Build
from bakehouse.lint.ignore_lines import line_span
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.model.edit import Edit
from bakehouse.workspace.context_tree import Node

RULE = rule(
    __doc__,
    name="ignore-pattern-top-only",
    group=Group.CONTEXT,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
)
MAX_NODES = 50_000
"""How much of a context is looked through for the names; beyond it the rule is silent."""


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Each such pattern, with the first place where it was meant to hold."""
    seen: set[str] = set()
    for build in repo.builds:
        path = build.view.ignore_file
        if path is None or path in seen:
            continue
        seen.add(path)
        data = repo.read(path) or b""
        wanted = _plain_dead(build)
        for name, node in _deeper(build, set(wanted)).items():
            for line, negated in wanted[name]:
                if negated:
                    continue
                span = line_span(data, line)
                at = data.find(name.encode(), span.start, span.end)
                start = at - 1 if at > span.start and data[at - 1 : at] == b"/" else at
                yield Hit(
                    f"{name} holds only at the top of the context, not for {node.path}",
                    span,
                    hint=f"write **/{name}",
                    fix=unsafe_fix(f"Write **/{name}", Edit(start, at, b"**/")) if at >= 0 else None,
                    path=path,
                    service=build.service.name,
                )


def _plain_dead(build: Build) -> dict[str, list[tuple[int, bool]]]:
    """Patterns that are one plain name and match nothing: name -> lines and whether they are `!`."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for dead in build.view.dead_rules():
        if "/" not in dead.pattern and not set(dead.pattern) & set("*?[]\\"):
            found.setdefault(dead.pattern, []).append((dead.line, dead.negated))
    return found


def _deeper(build: Build, names: set[str]) -> dict[str, Node]:
    """The first present node of each name below the top, in the order of the names."""
    found: dict[str, Node] = {}
    if names:
        for count, node in enumerate(build.view.tree.walk()):
            if count > MAX_NODES:
                return {}
            name = node.path.rpartition("/")[2]
            if "/" in node.path and name in names:
                found.setdefault(name, node)
    return dict(sorted(found.items()))
