"""Directories with a manifest and no Dockerfile: libraries that services take files from, or services unbuilt."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from bakehouse.model.service import Library, Origin, Service
from bakehouse.workspace.draft import Draft, Scan, within
from bakehouse.workspace.kinds import find_kind
from bakehouse.workspace.manifests.manifest import Manifest
from bakehouse.workspace.naming import clean


def find_libraries(scan: Scan, drafts: Sequence[Draft]) -> tuple[Library, ...]:
    """Directories outside a service that it copies from, or depends on by path or by name, also through others."""
    homes = {d.home for d in drafts if d.service.dockerfile}
    candidates = [m for m in scan.manifests if not any(within(home, m) for home in homes)]
    users: dict[str, set[str]] = {path: set() for path in candidates}
    for draft in drafts:
        for path in _reached(scan, draft, candidates):
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


def _reached(scan: Scan, draft: Draft, candidates: Sequence[str]) -> set[str]:
    """The candidates that one service uses."""
    copied = [s for s, _ in draft.sources()]
    outside = [c for c in candidates if draft.home == "." or not within(c, draft.home)]
    found = {c for c in outside if any(within(s, c) for s in copied)}
    if draft.home != ".":
        found |= {c for c in outside for s in copied if s not in (".", draft.service.context) and within(c, s)}
    pending = [draft.home, *found]
    while pending:
        for manifest in scan.manifests.get(pending.pop(), ()):
            for path in local_dependencies(scan, manifest):
                if path in outside and path not in found:
                    found.add(path)
                    pending.append(path)
    return found


def local_dependencies(scan: Scan, manifest: Manifest) -> set[str]:
    """The directories of this repository that a manifest depends on."""
    here = posixpath.dirname(manifest.path)
    paths = {posixpath.normpath(posixpath.join(here, p)) for p in manifest.path_dependencies}
    wanted = set(manifest.dependencies)
    for directory, others in scan.manifests.items():
        if any(o.ecosystem == manifest.ecosystem and o.name in wanted and o.name for o in others):
            paths.add(directory)
    return paths - {here}


def find_unbuilt(scan: Scan, drafts: Sequence[Draft], libraries: Sequence[Library]) -> list[Service]:
    """Services with a manifest that can be started and no Dockerfile: listed, not built."""
    homes = [d.home for d in drafts]
    taken = [library.path for library in libraries]
    names = {d.service.name for d in drafts}
    found = []
    for path, manifests in sorted(scan.manifests.items()):
        related = any(within(h, path) or (h != "." and within(path, h)) for h in homes)
        if related or any(within(path, t) for t in taken) or not any(_starts(scan, path, m) for m in manifests):
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
    beside = any((scan.tree.root / path / entry).is_file() for entry in entries)
    if manifest.path.endswith("requirements.txt"):
        return beside
    return manifest.runnable or beside
