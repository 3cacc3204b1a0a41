"""A directory and a Config go in, a `Workspace` comes out: services, libraries, and notices of what is odd.

One bad file is one notice. Only what cannot be decided for the user is an error: two services of one name in one
file, a build context outside the workspace.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bakehouse.config import Config
from bakehouse.errors import WorkspaceError
from bakehouse.model.file_source import FileSource
from bakehouse.model.service import Kind, Service, Workspace
from bakehouse.workspace.dockerfiles import outside
from bakehouse.workspace.draft import Draft, Scan
from bakehouse.workspace.kinds import find_kind
from bakehouse.workspace.libraries import find_libraries, find_unbuilt
from bakehouse.workspace.manifests import ecosystem_of, read_manifest
from bakehouse.workspace.naming import FileRole, find_variants, role
from bakehouse.workspace.sources import completed, from_compose, from_config, from_dockerfiles
from bakehouse.workspace.tree import walk
from bakehouse.workspace.unique_names import with_unique_names


def discover(root: Path, config: Config, source: FileSource | None = None) -> Workspace:
    """Find everything below `root`, as its work tree is or as `source` has it.

    Raises WorkspaceError and ConfigError, with file and line.
    """
    root = root.resolve()
    tree = walk(root, config.workspace.exclude, source)
    scan = Scan(tree=tree, config=config, notices=list(tree.notices))
    compose = [p for p in tree.files if role(posixpath.basename(p)) is FileRole.COMPOSE]
    drafts = from_compose(scan, compose)
    taken = {d.service.dockerfile for d in drafts if d.service.dockerfile}
    drafts += from_dockerfiles(scan, tree.files, taken)
    drafts = with_unique_names(scan, from_config(scan, drafts))
    _read_manifests(scan)
    drafts = [replace(d, service=_finished(scan, d)) for d in drafts]
    libraries = find_libraries(scan, drafts)
    services = [d.service for d in drafts] + find_unbuilt(scan, drafts, libraries)
    return Workspace(
        root=root,
        name=config.workspace.name,
        services=_connected(services),
        libraries=libraries,
        compose_files=tuple(compose),
        notices=tuple(scan.notices),
        config_file=config.file,
    )


def _read_manifests(scan: Scan) -> None:
    """All manifests by directory. One that cannot be read is a warning."""
    for path in scan.tree.files:
        name = posixpath.basename(path)
        if ecosystem_of(name) is None:
            continue
        try:
            manifest = read_manifest(name, scan.tree.read(path), path)
        except OSError as error:
            scan.warn(f"cannot be read: {error.strerror}", path)
        except WorkspaceError as error:
            scan.warn(error.message, path, error.line, hint=error.hint)
        else:
            scan.manifests.setdefault(posixpath.dirname(path) or ".", []).append(manifest)


def _finished(scan: Scan, draft: Draft) -> Service:
    """The service with variants, stages, bases and kind."""
    summary = draft.summary
    if summary is None:
        manifests = scan.manifests.get(draft.home, [])
        return completed(scan, draft, {}, find_kind(draft.home, manifests, (), None) if manifests else Kind.OTHER)
    variants = find_variants(summary.names, draft.service.target)
    target = draft.service.target or variants.get("prod")
    manifests = scan.manifests.get(draft.home, [])
    if not manifests:  # the Dockerfile lives apart from the code: what it copies tells
        copied = {s for s, _ in draft.sources()}
        directories = {posixpath.dirname(s) or "." for s in copied} | copied
        manifests = [m for d in sorted(directories) for m in scan.manifests.get(d, ()) if draft.home != "."]
    images = [o.reference for o in outside(summary.reached([target]))]
    kind = find_kind(draft.home, manifests, images, summary.final_base(target))
    return completed(scan, draft, variants, kind)


def _connected(services: Sequence[Service]) -> tuple[Service, ...]:
    """Sorted by name; depends_on without the names of things that are not built here."""
    known = {s.name for s in services}
    return tuple(
        replace(s, depends_on=tuple(n for n in s.depends_on if n in known))
        for s in sorted(services, key=lambda s: s.name)
    )
