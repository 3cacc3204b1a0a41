"""Builds that have nothing to do with each other wait for each other in one stage.

## What

A stage installs or builds in two directories with the package managers of two languages, one after the other.

## Why

BuildKit builds stages in parallel, but the instructions of one stage in order. In two stages the front end and the
back end are built at once, and a change of the one does not build the other again.

## Bad

```dockerfile
FROM example.com/node-and-go:1
COPY web /src/web
RUN cd /src/web && npm ci
COPY api /src/api
RUN cd /src/api && go mod download
```

## Good

```dockerfile
FROM node:20 AS web
COPY web /src/web
RUN cd /src/web && npm ci
FROM golang:1.22 AS api
COPY api /src/api
RUN cd /src/api && go mod download
FROM debian:12
COPY --from=web /src/web /srv/web
COPY --from=api /src/api /srv/api
```

## Fix

None: what the stages share and hand on is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.layers import working_directory
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="serial-builds", group=Group.CACHE, severity=Severity.INFO)
_LANGUAGES = {
    "npm": "Node", "yarn": "Node", "pnpm": "Node", "bun": "Node", "go": "Go", "cargo": "Rust", "mvn": "Java",
    "gradle": "Java", "dotnet": ".NET", "composer": "PHP", "pip": "Python", "poetry": "Python", "uv": "Python",
    "bundle": "Ruby",
}  # fmt: skip

_COMPILED = ("go", "cargo", "mvn", "gradle", "dotnet")  # what follows their verbs is a part of the project


def check(subject: Subject) -> Iterator[Hit]:
    """In every stage the first build of another language in another directory."""
    earlier: dict[int, list[tuple[str, str, int]]] = {}
    reported: set[int] = set()
    for run in subject.runs:
        stage = run.stage.stage.index
        for call in run.calls:
            place = _project(run, call)
            if place is None or stage in reported:
                continue
            language, directory = place
            before = earlier.setdefault(stage, [])
            other = next((e for e in before if e[0] != language and _are_apart(e[1], directory)), None)
            if other is not None and other[2] != run.start:
                reported.add(stage)
                line = subject.tree.position(other[2]).line
                yield Hit(
                    f"{language} in {directory} waits for {other[0]} in {other[1]} (line {line})",
                    call.command.span,
                    hint="give each a stage of its own: they are built at once",
                )
            before.append((language, directory, run.start))


def _project(run: Run, call: PackageCall) -> tuple[str, str] | None:
    """The language and the directory of a call that works on a project there; None for single packages."""
    if call.manager not in _LANGUAGES or not call.installs or call.has("-g", "--global", "--version"):
        return None
    if call.packages and call.manager not in _COMPILED:
        return None
    if call.manager == "pip" and not any(flag in ("-r", "--requirement") for flag, _ in call.options):
        return None
    directory = working_directory(run, call.command)
    return (_LANGUAGES[call.manager], directory) if directory not in (None, "/") and directory else None


def _are_apart(one: str, other: str) -> bool:
    return not f"{one}/".startswith(f"{other}/") and not f"{other}/".startswith(f"{one}/")
