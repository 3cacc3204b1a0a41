"""A compose file publishes a port that the image does not declare.

## What

`ports` maps to a container port that no EXPOSE of the image names. This needs more than the file: it compares compose
file and Dockerfile.

## Why

Nothing fails, but either the port is wrong, and nothing listens there, or the image does not say what it serves:
tools that read EXPOSE (proxies, scanners, `docker run -P`) miss it.

## Bad

```dockerfile
# compose.yaml says: ports: ["8080:3000"]
FROM node:20
CMD ["node", "main.js"]
```

## Good

```dockerfile
# compose.yaml says: ports: ["8080:3000"]
FROM node:20
EXPOSE 3000
CMD ["node", "main.js"]
```

## Fix

Unsafe: `EXPOSE` is put before the CMD or ENTRYPOINT of the stage that is built. It is unsafe because the compose file
may be the wrong side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.lint.bases import root_image
from bakehouse.lint.compose_entries import ComposeEntry, compose_entries
from bakehouse.lint.contexts import Build
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="published-port-not-exposed",
    group=Group.CROSS_FILE,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
)
SILENT_BASES = frozenset({
    "node", "python", "golang", "ruby", "rust", "openjdk", "eclipse-temurin", "alpine", "debian", "ubuntu",
    "busybox", "scratch", "amazoncorretto", "denoland/deno", "oven/bun",
})  # fmt: skip
"""Images that are known to declare no port."""
_PORT = re.compile(r"(?:.*:)?(\d+)(?:/(?:tcp|udp))?\Z")


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Each such port, at the last CMD, ENTRYPOINT or the FROM of the stage that is built."""
    seen: set[tuple[str, int, str]] = set()
    for entry in compose_entries(repo):
        build = entry.build
        if build is None or not _says_its_ports(build):
            continue
        target = build.view.meaning.target
        assert target is not None
        declared = {port.partition("/")[0] for port in target.end.exposed}
        if any("-" in port or "$" in port for port in declared):
            continue
        for port in _ports(entry):
            if port not in declared:
                place = next(
                    (s.instruction for s in reversed(target.steps) if s.instruction.name in ("CMD", "ENTRYPOINT")),
                    target.stage.from_,
                )
                key = (build.subject.path, target.stage.index, port)
                if key in seen:
                    continue
                seen.add(key)
                yield Hit(
                    f"{entry.path}:{entry.line} publishes port {port}, which the image does not declare",
                    place.code,
                    hint=f"add EXPOSE {port}, or correct the port there",
                    fix=_fix(build, port),
                    path=build.subject.path,
                    service=build.service.name,
                )


def _says_its_ports(build: Build) -> bool:
    target = build.view.meaning.target
    if target is None:
        return False
    stage = build.subject.stages[target.stage.index]
    image = root_image(stage, build.subject)
    return image is not None and image.registry == "docker.io" and image.path.removeprefix("library/") in SILENT_BASES


def _ports(entry: ComposeEntry) -> Iterator[str]:
    ports = entry.value.get("ports")
    for item in ports.items if ports else ():
        text = item.data if isinstance(item.data, str) else item.text("target")
        found = _PORT.match(text or "")
        if found and "$" not in (text or ""):
            yield found[1]


def _fix(build: Build, port: str) -> Fix | None:
    target = build.view.meaning.target
    assert target is not None
    last = [s.instruction for s in target.steps if s.instruction.name in ("CMD", "ENTRYPOINT") and not s.from_trigger]
    if not last:
        return None
    return unsafe_fix(f"Add EXPOSE {port}", insert_line_before(build.subject.tree, last[0].span, f"EXPOSE {port}"))
