"""A compose file and a Dockerfile disagree about build secrets.

## What

`build.secrets` gives a secret that no RUN mounts, or a RUN mounts one with `required=true` that the compose file does
not give. This needs more than the file: it compares the two.

## Why

A secret that nobody mounts is a misspelt id: the step that needs it runs without. One that is required and not given
stops the build.

## Bad

```dockerfile
# compose.yaml says: secrets: [npm-token]
FROM node:20
RUN --mount=type=secret,id=npm_token,required=true npm ci
```

## Good

```dockerfile
# compose.yaml says: secrets: [npm_token]
FROM node:20
RUN --mount=type=secret,id=npm_token,required=true npm ci
```

## Fix

None: either side may be the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.compose_entries import ComposeEntry, compose_entries, texts
from bakehouse.lint.contexts import Build
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule

RULE = rule(__doc__, name="compose-secret-unused", group=Group.CROSS_FILE, severity=Severity.WARNING)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Secrets that only one side knows, of services that a compose file gives secrets to."""
    for entry in compose_entries(repo):
        if entry.build is not None and entry.value.get("build") is not None:
            given = texts(entry.build_part("secrets"))
            yield from _unused(entry, entry.build, given)
            yield from _missing(entry, entry.build, {name for name, _ in given})


def _unused(entry: ComposeEntry, build: Build, given: list[tuple[str, int]]) -> Iterator[Hit]:
    mounted = {m.secret_id for stage in build.subject.stages for m in stage.mounts if m.type == "secret"}
    for name, line in given:
        if name not in mounted and "$" not in name:
            known = ", ".join(sorted(mounted)) or "none"
            yield Hit(
                f"no RUN of {build.subject.path} mounts the secret {name}",
                entry.span(line),
                hint=f"secrets that are mounted: {known}",
                path=entry.path,
                service=build.service.name,
            )


def _missing(entry: ComposeEntry, build: Build, given: set[str]) -> Iterator[Hit]:
    needed = {
        mount.secret_id: step.instruction
        for stage in build.view.meaning.reached
        for step in stage.steps
        for mount in step.mounts
        if mount.type == "secret" and mount.required
    }
    for name, instruction in needed.items():
        if name not in given:
            yield Hit(
                f"the secret {name} is required, and {entry.path} does not give it to {entry.name}",
                instruction.code,
                hint=f"add it below build.secrets in {entry.path}:{entry.line}",
                path=build.subject.path,
                service=build.service.name,
            )
