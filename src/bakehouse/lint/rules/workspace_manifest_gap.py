"""The manifests of workspace members are missing when packages are installed.

## What

The root package.json lists workspaces, and it is copied without the package.json of its members before the install.
This needs more than the file: it looks into the context.

## Why

The installer sees a workspace without members: it installs too little, or refuses the lock file. Copying everything
first instead would install again whenever any source changes.

## Bad

```dockerfile
# package.json says: "workspaces": ["packages/*"]
FROM node:20
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
```

## Good

```dockerfile
FROM node:20
COPY package.json package-lock.json ./
COPY packages/api/package.json packages/api/
COPY packages/web/package.json packages/web/
RUN npm ci
COPY . .
```

## Fix

Unsafe: a COPY is added for each member that is missing, up to twelve; then `COPY --parents` is the better way.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert_line_after
from bakehouse.dockerfile.path_match import PathPatternError, matcher
from bakehouse.lint.contexts import Build
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Run
from bakehouse.model.finding import Fix
from bakehouse.workspace.context_selection import Taken

RULE = rule(
    __doc__,
    name="workspace-manifest-gap",
    group=Group.CROSS_FILE,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
)
MAX_LINES = 12
_INSTALLS = frozenset({"install", "i", "ci", "clean-install"})


def check_repo(repo: Repo) -> Iterator[Hit]:
    """The first install of each build that lacks members' manifests."""
    for build in repo.builds:
        for run in build.subject.runs:
            if any(c.manager in ("npm", "yarn", "pnpm") and c.verb in _INSTALLS and not c.packages for c in run.calls):
                hit = _check(repo, build, run)
                if hit is not None:
                    yield hit
                break


def _check(repo: Repo, build: Build, run: Run) -> Hit | None:
    before = list(build.taken_before(run))
    root = next((t for t in before if "package.json" in t.matches and not t.source.is_mount), None)
    if root is None:
        return None
    have = {node.path for taken in before for node in taken.nodes}
    missing = [path for path in _members(repo, build) if path not in have]
    if not missing:
        return None
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return Hit(
        f"the workspace members' {missing[0]}{more} are not there when packages are installed",
        root.source.span,
        hint="COPY each member's package.json before the install",
        fix=_fix(build, root, missing),
        path=build.subject.path,
        service=build.service.name,
    )


def _members(repo: Repo, build: Build) -> Iterator[str]:
    """The manifests of the members that the root package.json of the context lists."""
    data = repo.read(build.outer("package.json"))
    try:
        found = json.loads(data or b"null")
    except ValueError:
        return
    globs = found.get("workspaces") if isinstance(found, dict) else None
    globs = globs.get("packages") if isinstance(globs, dict) else globs
    for glob in globs if isinstance(globs, list) else ():
        if isinstance(glob, str) and not glob.startswith("!") and "**" not in glob:
            yield from _expanded(build, glob.removeprefix("./").rstrip("/"))


def _expanded(build: Build, glob: str) -> Iterator[str]:
    level = ["."]
    for part in glob.split("/"):
        try:
            fits = matcher(part)
        except PathPatternError:
            return
        level = [
            node.path
            for path in level
            for name, node in build.view.tree.names(path).items()
            if node.is_directory and name != "node_modules" and fits(name)
        ]
    for path in level:
        manifest = posixpath.join(path, "package.json")
        if build.has_file(manifest):
            yield manifest


def _fix(build: Build, root: Taken, missing: list[str]) -> Fix | None:
    """Lines after the COPY that brings the root's manifest, into the same directory."""
    instruction = root.source.instruction
    if len(missing) > MAX_LINES or instruction.is_json or instruction.trigger is not None or instruction.heredocs:
        return None
    destination = instruction.words[-1].text
    if destination not in (".", "./") and not destination.endswith("/"):
        return None
    flags = "".join(f" {build.subject.tree.text(flag.span)}" for flag in instruction.flags)
    base = "" if destination in (".", "./") else destination
    newline = "\r\n" if build.subject.data[: instruction.span.end].endswith(b"\r\n") else "\n"
    lines = newline.join(f"COPY{flags} {path} {base}{posixpath.dirname(path)}/" for path in missing)
    return unsafe_fix("Copy the members' manifests", insert_line_after(build.subject.tree, instruction.span, lines))
