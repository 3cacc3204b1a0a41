"""A compose file gives a build argument that the Dockerfile does not take.

## What

A name below `build.args` is declared by no ARG of the Dockerfile. This needs more than the file: it compares the two.

## Why

The value is silently dropped: a misspelt or outdated name leaves the default in force.

## Bad

```dockerfile
# compose.yaml says: args: {NODE_VERSION: "22"}
FROM node:20
```

## Good

```dockerfile
# compose.yaml says: args: {NODE_VERSION: "22"}
ARG NODE_VERSION=20
FROM node:${NODE_VERSION}
```

## Fix

None: either side may be the wrong one. The hint names an ARG that is spelt alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from bakehouse.lint.compose_entries import compose_entries, texts
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="compose-arg-undeclared", group=Group.CROSS_FILE, severity=Severity.WARNING)
PREDEFINED = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY", "SOURCE_DATE_EPOCH"})


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every argument that no ARG declares."""
    for entry in compose_entries(repo):
        if entry.build is None:
            continue
        declared = _declared(entry.build.subject)
        for text, line in texts(entry.build_part("args")):
            name = text.partition("=")[0].strip()
            if name in declared or name.upper() in PREDEFINED or name.startswith("BUILDKIT_") or "$" in name:
                continue
            near = get_close_matches(name, declared, n=1)
            yield Hit(
                f"{entry.build.subject.path} has no ARG {name}: the value is dropped",
                entry.span(line),
                hint=f"did you mean {near[0]}?" if near else f"declare ARG {name} there, or take the line out",
                path=entry.path,
                service=entry.build.service.name,
            )


def _declared(subject: Subject) -> set[str]:
    names = {pair.key.text for instruction in subject.named("ARG") for pair in instruction.pairs}
    triggers = (i.trigger for i in subject.named("ONBUILD") if i.trigger and i.trigger.name == "ARG")
    return names | {pair.key.text for trigger in triggers for pair in trigger.pairs}
