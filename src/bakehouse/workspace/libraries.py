"""Directories with a manifest and no Dockerfile: libraries that services take files from, or services unbuilt."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bakehouse.model.service import Library, Origin, Service
from bakehouse.workspace.draft import Draft, Scan, within
from bakehouse.workspace.kinds import find_kind
from bakehouse.workspace.manifests.manifest import Manifest
from bakehouse.workspace.naming import clean


def find_libraries(scan: Scan, drafts: Sequence[Draft]) -> tuple[Library, ...]:
    """Directories outside a service that it copies from, or depends on by path or by name, also through others."""
    above_homes = {a for d in drafts if d.service.dockerfile for a in lineage(d.home)}
    candidates = sorted(m for m in scan.manifests if m not in above_homes)
    index = _Index(candidates, frozenset(candidates), _packages(scan))
    users: dict[str, set[str]] = {path: set() for path in candidates}
    for draft in drafts:
        for path in _reached(scan, draft, index):
            users[path].add(draft.service.name)
    return tuple(
        Library(
            name=next((m.name for m in scan.manifests[path] if m.name), None) or posixpath.basename(path),
            path=path,
            ecosystem=scan.manifests[path][0].ecosystem,
            used_by=tuple(sorted(names)),
        )
        for path, names in sorted(users.items())
        if names
    )


@dataclass(frozen=True, slots=True)
class _Index:
    """Directories that may be libraries, sorted and as a set; (ecosystem, name) of packages -> their directories."""

    candidates: Sequence[str]
    known: frozenset[str]
    packages: Mapping[tuple[str, str], set[str]]


def _reached(scan: Scan, draft: Draft, index: _Index) -> set[str]:
    """The candidates that one service uses."""
    copied = [s for s, _ in draft.sources()]
    found = {c for s in copied for c in lineage(s) if c in index.known}
    if draft.home != ".":
        found |= {c for s in copied if s not in (".", draft.service.context) for c in _below(index.candidates, s)}
    found = {c for c in found if draft.home == "." or not within(c, draft.home)}
    pending = [draft.home, *found]
    while pending:
        for manifest in scan.manifests.get(pending.pop(), ()):
            for path in local_dependencies(manifest, index.packages):
                outside = path in index.known and (draft.home == "." or not within(path, draft.home))
                if outside and path not in found:
                    found.add(path)
                    pending.append(path)
    return found


def lineage(path: str) -> Iterator[str]:
    """A workspace-relative path and all directories above it, the root "." last."""
    while path and path != ".":
        yield path
        path = posixpath.dirname(path)
    yield "."


def _below(candidates: Sequence[str], directory: str) -> Iterator[str]:
    """Those of sorted paths that are the directory or lie below it."""
    for start in (directory, f"{directory}/"):
        at = bisect_left(candidates, start)
        while at < len(candidates) and (candidates[at] == directory or candidates[at].startswith(f"{directory}/")):
            yield candidates[at]
            at += 1


def _packages(scan: Scan) -> dict[tuple[str, str], set[str]]:
    """Ecosystem and name of a package -> the directories whose manifests bear it."""
    found: dict[tuple[str, str], set[str]] = {}
    for directory, manifests in scan.manifests.items():
        for manifest in manifests:
            if manifest.name:
                found.setdefault((manifest.ecosystem, manifest.name), set()).add(directory)
    return found


def local_dependencies(manifest: Manifest, packages: Mapping[tuple[str, str], set[str]]) -> set[str]:
    """The directories of this repository that a manifest depends on."""
    here = posixpath.dirname(manifest.path)
    paths = {posixpath.normpath(posixpath.join(here, p)) for p in manifest.path_dependencies}
    for name in manifest.dependencies:
        paths |= packages.get((manifest.ecosystem, name), set())
    return paths - {here}


def find_unbuilt(scan: Scan, drafts: Sequence[Draft], libraries: Sequence[Library]) -> list[Service]:
    """Services with a manifest that can be started and no Dockerfile: listed, not built."""
    homes = {d.home for d in drafts}
    above_homes = {a for home in homes for a in lineage(home)}
    taken = {library.path for library in libraries} | (homes - {"."})
    names = {d.service.name for d in drafts}
    found = []
    for path, manifests in sorted(scan.manifests.items()):
        related = path in above_homes or any(a in taken for a in lineage(path))
        if related or not any(_starts(scan, path, m) for m in manifests):
            continue
        name = clean(posixpath.basename(path) if path != "." else scan.config.workspace.name)
        if name in names:
            name = clean(path)
        names.add(name)
        kind = find_kind(path, manifests, (), None)
        origin = Origin(what=posixpath.basename(manifests[0].path), path=manifests[0].path, line=1)
        found.append(Service(name=name, kind=kind, context=path, dockerfile=None, origins=(origin,)))
    return found


def _starts(scan: Scan, path: str, manifest: Manifest) -> bool:
    """Whether something here can be started, by the manifest or by the files that each ecosystem starts."""
    if manifest.workspaces:
        return False
    entries = {
        "go": ("main.go",),
        "rust": ("src/main.rs",),
        "python": ("main.py", "app.py", "manage.py", "src/main.py", "app/main.py"),
        "node": ("server.js",),
        "java": (),
    }[manifest.ecosystem]
    beside = any(scan.tree.is_file(posixpath.normpath(posixpath.join(path, entry))) for entry in entries)
    if manifest.path.endswith("requirements.txt"):
        return beside
    return manifest.runnable or beside
