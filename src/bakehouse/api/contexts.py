"""The context of a service or of a Dockerfile, as a report; and a proposed ignore file written where asked for."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from bakehouse import api
from bakehouse.api.replacing import replace_files
from bakehouse.build.reading import read
from bakehouse.dockerfile.meaning import Meaning, interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.errors import UsageError
from bakehouse.model.context import ContextReport, IgnoreProposal
from bakehouse.model.file_source import FileSource
from bakehouse.model.service import Kind, Origin, Service, Workspace
from bakehouse.workspace.context_report import report_context
from bakehouse.workspace.context_tree import find_ignore_file, open_context
from bakehouse.workspace.context_view import ContextView
from bakehouse.workspace.contexts import infer_context
from bakehouse.workspace.discover import discover
from bakehouse.workspace.dockerfiles import context_paths, inputs_of, read_summary
from bakehouse.workspace.naming import service_name
from bakehouse.workspace.work_tree import WorkTree

_HIDDEN = frozenset({api.STATE_DIRECTORY})


def context(root: Path, what: str, variant: str | None = None) -> ContextReport:
    """What is sent and used of a build context. `what` is a service, a Dockerfile, or a directory with one.

    Raises UsageError for what is none of these, DockerfileError and WorkspaceError for files that cannot be used.
    """
    settings = api.config(root)
    workspace = discover(root, settings)
    files = WorkTree(root)
    service = workspace.service(what) or _at_path(root, files, workspace, what)
    if service.dockerfile is None:
        raise UsageError(
            f"{service.name} has no Dockerfile", hint="add one, or set services.<name>.dockerfile in bakehouse.toml"
        )
    reading = read(root, service, variant or settings.build.variant, buildable=False)
    ignore_file = find_ignore_file(files, service.dockerfile, service.context)
    tree = open_context(files, service.dockerfile, service.context, _HIDDEN)
    view = ContextView(tree, reading.meaning, ignore_file)
    place = ignore_file or _place(workspace, service)
    others = {
        other.name: ContextView(tree, meaning, ignore_file)
        for other in workspace.services
        if other.name != service.name
        and other.dockerfile
        and _governs(files, place, other)
        and (meaning := _meaning(files, other)) is not None
    }
    return report_context(view, service.name, service.dockerfile, place, others)


def write_ignore_file(root: Path, proposal: IgnoreProposal) -> Path:
    """Write a proposed ignore file, whole or not at all; the path written. Raises UsageError and OSError."""
    path = root / proposal.path
    replace_files({path: proposal.text.encode("utf-8", "surrogateescape")})
    return path


def _at_path(root: Path, files: FileSource, workspace: Workspace, what: str) -> Service:
    """The service of a path, known to the workspace or not."""
    path = Path(os.path.normpath(root / what))
    if path.is_dir():
        path = next((path / name for name in ("Dockerfile", "Containerfile") if (path / name).is_file()), path)
    try:
        dockerfile = path.relative_to(root).as_posix()
    except ValueError:
        raise UsageError(f"{what} is not in {root}", hint=f"go there with -C: bakehouse context -C {what} .") from None
    if not path.is_file():
        known = ", ".join(s.name for s in workspace.services if s.dockerfile)
        hint = f"services here: {known}" if known else "name a Dockerfile, or a directory with one"
        raise UsageError(f"{what} is no service, no Dockerfile and no directory with one", hint=hint)
    for service in workspace.services:
        if service.dockerfile == dockerfile:
            return service
    sources = context_paths(read_summary(files.read(dockerfile)).stages)
    where, _ = infer_context(files, dockerfile, [source for source, _ in sources])
    origin = Origin(what="dockerfile", path=dockerfile, line=1)
    name = service_name(dockerfile, workspace.name)
    return Service(name=name, kind=Kind.OTHER, context=where, dockerfile=dockerfile, origins=(origin,))


def _place(workspace: Workspace, service: Service) -> str:
    """Where a new ignore file belongs: at the context's top, or beside the Dockerfile where the context is shared."""
    shared = any(
        other.context == service.context and other.dockerfile not in (None, service.dockerfile)
        for other in workspace.services
    )
    if shared:
        return f"{service.dockerfile}.dockerignore"
    return posixpath.normpath(posixpath.join(service.context, ".dockerignore"))


def _governs(files: FileSource, place: str, other: Service) -> bool:
    """Whether an ignore file at `place` is, or would be, in force for another service."""
    in_force = find_ignore_file(files, other.dockerfile, other.context)
    common = posixpath.normpath(posixpath.join(other.context, ".dockerignore"))
    return in_force == place or (in_force is None and place in (common, f"{other.dockerfile}.dockerignore"))


def _meaning(files: FileSource, service: Service) -> Meaning | None:
    """Another service's Dockerfile, as far as it can be read."""
    assert service.dockerfile is not None
    try:
        data = files.read(service.dockerfile)
    except OSError:
        return None
    return interpret(parse(data, service.dockerfile), inputs_of(service.args, service.contexts, service.target))
