"""A compose file builds a stage that is not in the Dockerfile.

## What

`build.target` names no stage of the Dockerfile that the service is built from. This needs more than the file: it
compares the two.

## Why

The build of that service fails: "target stage could not be found".

## Bad

```dockerfile
# compose.yaml says: target: production
FROM node:20 AS prod
```

## Good

```dockerfile
# compose.yaml says: target: prod
FROM node:20 AS prod
```

## Fix

None: the hint names the stages that are there.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.compose_entries import compose_entries
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule

RULE = rule(__doc__, name="compose-target-missing", group=Group.CROSS_FILE, severity=Severity.ERROR)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every target that no stage has the name of."""
    for entry in compose_entries(repo):
        target = entry.build_part("target")
        if entry.build is None or target is None or not isinstance(target.data, str) or "$" in target.data:
            continue
        graph = entry.build.subject.meaning.graph
        if graph.find(target.data) is None:
            names = ", ".join(stage.name for stage in graph.stages if stage.name) or "none has a name"
            yield Hit(
                f"{entry.name} builds the stage {target.data}, which {entry.build.subject.path} does not have",
                entry.span(target.line),
                hint=f"its stages: {names}",
                path=entry.path,
                service=entry.build.service.name,
            )
