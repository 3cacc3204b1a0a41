"""A service waits for the health of one that has no health check.

## What

`depends_on` has the condition `service_healthy` for a service whose compose entry has no `healthcheck` and whose image
has no HEALTHCHECK. This needs more than the file: it compares compose file and Dockerfile.

## Why

`docker compose up` stops: "container has no healthcheck configured".

## Bad

```dockerfile
# compose.yaml: another service depends on this one with condition: service_healthy
FROM node:20
CMD ["node", "main.js"]
```

## Good

```dockerfile
FROM node:20
HEALTHCHECK CMD ["node", "healthcheck.js"]
CMD ["node", "main.js"]
```

## Fix

None: how to ask a service for its health is not known. Services of an image that is not built here are left out, and
so are those whose base is no official image: it may have a HEALTHCHECK.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.lint.bases import root_image
from bakehouse.lint.compose_entries import ComposeEntry, compose_entries
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule

RULE = rule(__doc__, name="dependency-without-healthcheck", group=Group.CROSS_FILE, severity=Severity.ERROR)


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every such condition."""
    entries = compose_entries(repo)
    by_name: dict[str, list[ComposeEntry]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    for entry in entries:
        depends = entry.value.get("depends_on")
        for name, value in (depends.mapping if depends else {}).items():
            if value.text("condition") == "service_healthy" and _surely_none(by_name.get(name, [])):
                build = next(other.build for other in by_name[name] if other.build)
                yield Hit(
                    f"{entry.name} waits until {name} is healthy, and {name} has no health check",
                    entry.span(depends.key_lines.get(name, value.line) if depends else None),
                    hint=f"add a healthcheck to {name}, or HEALTHCHECK to {build.subject.path if build else name}",
                    path=entry.path,
                )


def _surely_none(entries: list[ComposeEntry]) -> bool:
    """Whether no entry of that name has a healthcheck, and what it builds has none either."""
    if any(_has_own(entry) or entry.value.get("extends") is not None for entry in entries):
        return False
    builds = [entry.build for entry in entries if entry.build is not None]
    if not builds:
        return False
    for build in builds:
        target = build.view.meaning.target
        if target is None or target.end.has_healthcheck:
            return False
        image = root_image(build.subject.stages[target.stage.index], build.subject)
        if image is None or not (image.registry == "docker.io" and image.path.startswith("library/")):
            return False
    return True


def _has_own(entry: ComposeEntry) -> bool:
    check = entry.value.get("healthcheck")
    return check is not None and check.text("disable") != "true"
