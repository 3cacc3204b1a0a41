"""Several Dockerfiles build the same stage.

## What

Two Dockerfiles of the repository begin a stage with the same base image and the same instructions, an install among
them.

## Why

One builder shares what is the same up to the first COPY, another machine does it all again, and each copy of the
text is changed on its own one day. A base that both build on (a target of its own, given to the others as a named
context) is built once. This needs more than the file: it compares all of them.

## Bad

```dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl git && rm -rf /var/lib/apt/lists/*
COPY api /srv
```

with the same first two lines in another Dockerfile.

## Good

```dockerfile
FROM tools
COPY api /srv
```

where `tools` is a named context. What comes after the first COPY from the context is not compared.

## Fix

None: where the shared base should lie is for people to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.costs import installs_only
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="duplicate-stage", group=Group.CACHE, severity=Severity.INFO)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a stage begins: up to its last install before anything comes from the context."""

    subject: Subject
    stage: StageMeaning
    texts: tuple[str, ...]


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every stage that begins as one of an earlier Dockerfile does, reported once a stage."""
    first: dict[tuple[str, ...], Beginning] = {}
    for path in sorted(repo.subjects):
        subject = repo.subjects[path]
        if subject.tree.errors:
            continue
        for beginning in _beginnings(subject):
            known = first.setdefault(beginning.texts, beginning)
            if known.subject is subject:
                continue
            line = known.stage.stage.from_.start_line
            yield Hit(
                f"the first {len(beginning.texts)} instructions are those of {known.subject.path}:{line}",
                beginning.stage.stage.from_.code,
                hint="build them once, as a base that both start from",
                path=path,
            )


def _beginnings(subject: Subject) -> Iterator[Beginning]:
    for stage in subject.stages:
        texts = [f"FROM {stage.stage.base} {stage.stage.platform or ''}"]
        enough = 0  # instructions up to the last install
        if stage.stage.origin.stage is not None:
            continue
        for step in stage.steps:
            if any(source.kind in (SourceKind.CONTEXT, SourceKind.STAGE) for source in step.sources):
                break
            texts.append(" ".join(step.instruction.original.split()))
            run = subject.run_of(step)
            if run is not None and installs_only(run):
                enough = len(texts)
        if enough:
            yield Beginning(subject, stage, tuple(texts[:enough]))
