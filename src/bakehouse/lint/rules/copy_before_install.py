"""All sources are copied before the dependencies are installed.

## What

A COPY of the whole directory stands above the RUN that installs what the manifests name (`npm ci`, `pip install -r`,
`bundle install`, `go mod download`, ...).

## Why

Any change of any file makes the COPY new, and everything after it is built again: each commit installs all
dependencies. Copied first, the manifests alone decide.

## Bad

```dockerfile
FROM node:20
WORKDIR /app
COPY . .
RUN npm ci
```

## Good

```dockerfile
FROM node:20
WORKDIR /app
COPY package.json package-lock.json* ./
RUN npm ci
COPY . .
```

A later install of the same manager (`pip install .` after `pip install -r`) is fine, and so is one that reads the
sources.

## Fix

Unsafe: a COPY of the manifests is added, and the RUN moves before the COPY of the rest. It is unsafe because an
install script may read other files. No fix where the RUN does other things too, where other instructions stand in
between, in a workspace whose members have manifests of their own, and where the manager needs sources (`poetry
install` without `--no-root`, `uv sync` without `--no-install-project`, `composer install` without `--no-scripts`,
`dotnet restore`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete, insert_line_before, newline_near
from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.sources import SourceKind
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.lint.costs import installs_only
from bakehouse.lint.installs import MANIFEST_NAMES, manifests
from bakehouse.lint.layers import copied_paths, copies_before, destination, working_directory
from bakehouse.lint.line_edits import block
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(__doc__, name="copy-before-install", group=Group.CACHE, severity=Severity.WARNING, fix=FixSafety.UNSAFE)

_WORKSPACE = re.compile(rb"\b(?:turbo|lerna|nx|rush)\b|--filter|--workspace|pnpm-workspace|workspaces?\b")
"""Signs of a workspace, whose members have manifests of their own."""


def check(subject: Subject) -> Iterator[Hit]:
    """In every stage the first install of each manager that comes after a COPY of everything."""
    seen: set[tuple[int, str]] = set()
    below: dict[int, set[str]] | None = None
    for run in subject.runs:
        first = [call for call in run.calls if (run.stage.stage.index, call.manager) not in seen and manifests(call)]
        seen.update((run.stage.stage.index, call.manager) for call in first)
        copy = _everything(run, first[0]) if first else None
        if copy is None:
            continue
        below = _installed_below(subject) if below is None else below
        if any(call.manager in below[run.stage.stage.index] for call in first):
            continue
        programs = " and ".join(f"{call.program} {call.verb}" for call in first)
        yield Hit(
            f"any change of a source file runs {programs} again",
            copy.instruction.words[0].span,
            hint="copy the manifests, install, and copy the rest afterwards",
            fix=_fix(subject, run, copy),
            severity=Severity.INFO if run.has_cache_mount() else Severity.WARNING,
        )


def _everything(run: Run, call: PackageCall) -> Step | None:
    """The COPY before an install that brings the directory it runs in as a whole."""
    directory = working_directory(run, call.command)
    for step in copies_before(run.stage, run.step) if directory else ():
        target = destination(step)
        if target is None or step.from_trigger or len(step.sources) != 1 or step.instruction.heredocs:
            continue
        source = step.sources[0]
        if source.kind is not SourceKind.CONTEXT or source.excludes or source.parents or not _is_directory(source.path):
            continue
        if directory == target or f"{directory}/".startswith(f"{target.rstrip('/')}/"):
            return step
    return None


def _is_directory(path: str) -> bool:
    name = path.rstrip("/").rpartition("/")[2]
    if path.endswith("/") or name in ("", ".", ".."):
        return True
    return "." not in name and name not in MANIFEST_NAMES and not any(c in name for c in "*?[$")


def _installed_below(subject: Subject) -> dict[int, set[str]]:
    """For each stage the managers that have installed in the stages it starts from."""
    own: dict[int, set[str]] = {}
    for run in subject.runs:
        for call in run.calls:
            if manifests(call):
                own.setdefault(run.stage.stage.index, set()).add(call.manager)
    below: dict[int, set[str]] = {}
    for stage in subject.stages:
        base = stage.stage.origin.stage
        below[stage.stage.index] = set() if base is None else below[base] | own.get(base, set())
    return below


def _fix(subject: Subject, run: Run, step: Step) -> Fix | None:
    copy, tree = step.instruction, subject.tree
    target, source = destination(step), step.sources[0].context_path
    if copy.is_json or run.instruction.heredocs or target is None or _WORKSPACE.search(subject.data):
        return None
    if not installs_only(run) or not _adjacent(run, step):
        return None
    wanted = _manifests(run, target, source)
    if not wanted:
        return None
    moved = block(tree, run.instruction)
    lines = [tree.data[moved.start : moved.end].rstrip(b"\r\n")]
    missing = [path for path in wanted if not _is_there(run.stage, step, path, target)]
    if missing:
        flags = "".join(f" {tree.text(flag.span)}" for flag in copy.flags)
        into = tree.text(copy.words[-1].span).rstrip("/") + "/"
        lines.insert(0, f"COPY{flags} {' '.join(missing)} {into}".encode())
    newline = newline_near(tree, copy.span.start)
    return unsafe_fix(
        "Install before the sources are copied",
        insert_line_before(tree, block(tree, copy), newline.join(lines)),
        delete(moved),
    )


def _manifests(run: Run, target: str, source: str) -> list[str]:
    """The paths in the context of what all calls of a RUN read; empty where one of them reads more, or from another
    directory than the COPY's destination: a COPY for each would be a guess."""
    wanted: list[str] = []
    for call in run.calls:
        found = manifests(call)
        if found is None or not found.enough or working_directory(run, call.command) != target:
            return []
        if any("/" in path for path in found.paths):
            return []
        wanted += [path if source == "." else f"{source}/{path}" for path in found.paths]
    return list(dict.fromkeys(wanted))


def _adjacent(run: Run, step: Step) -> bool:
    steps = run.stage.steps
    at = next(number for number, other in enumerate(steps) if other is step)
    return at + 1 < len(steps) and steps[at + 1] is run.step


def _is_there(stage: StageMeaning, step: Step, path: str, target: str) -> bool:
    """Whether an earlier COPY has brought a manifest already."""
    wanted = f"{target.rstrip('/')}/{posixpath.basename(path).rstrip('*')}"
    return any(wanted in copied_paths(other) for other in copies_before(stage, step))
