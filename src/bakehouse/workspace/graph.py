"""A `Workspace` goes in, the `ServiceGraph` comes out: who stands on which base, takes whose files, waits for whom."""

from __future__ import annotations

import graphlib
import posixpath
from collections.abc import Iterator, Sequence

from bakehouse.errors import CycleError
from bakehouse.model.graph import Edge, EdgeKind, Node, NodeKind, ServiceGraph
from bakehouse.model.service import Service, Workspace
from bakehouse.workspace.dockerfiles import full_reference, outside, read_summary
from bakehouse.workspace.draft import Draft, within


def build_graph(workspace: Workspace) -> ServiceGraph:
    """Connect everything that was found. Images that are built from each other in a circle: CycleError."""
    drafts = [_draft(workspace, s) for s in workspace.services]
    edges: dict[tuple[str, str, EdgeKind], Edge] = {}
    for draft in drafts:
        for edge in (*_image_edges(workspace, draft), *_file_edges(workspace, draft, drafts), *_run_edges(draft)):
            edges.setdefault((edge.source, edge.target, edge.kind), edge)
    for library in workspace.libraries:
        for user in library.used_by:
            edge = _edge(user, f"library:{library.path}", EdgeKind.COPIES, "dependency")
            edges.setdefault((edge.source, edge.target, edge.kind), edge)
    _refuse_cycles(workspace, tuple(edges.values()))
    nodes = [Node(id=f"service:{s.name}", kind=NodeKind.SERVICE, label=s.name) for s in workspace.services]
    nodes += [Node(id=f"library:{x.path}", kind=NodeKind.LIBRARY, label=x.path) for x in workspace.libraries]
    bases = sorted({e.target for e in edges.values() if e.target.startswith("base:")})
    nodes += [Node(id=b, kind=NodeKind.BASE, label=_short(b.partition(":")[2])) for b in bases]
    ordered = sorted(edges.values(), key=lambda e: (e.source, e.kind, e.target))
    return ServiceGraph(nodes=tuple(nodes), edges=tuple(ordered))


def _draft(workspace: Workspace, service: Service) -> Draft:
    if service.dockerfile is None:
        return Draft(service=service)
    try:
        data = (workspace.root / service.dockerfile).read_bytes()
    except OSError:  # gone since the scan
        return Draft(service=service)
    return Draft(service=service, summary=read_summary(data, service.args, service.contexts))


def _edge(source: str, target: str, kind: EdgeKind, detail: str = "") -> Edge:
    return Edge(source=f"service:{source}", target=target, kind=kind, detail=detail)


def _image_edges(workspace: Workspace, draft: Draft) -> Iterator[Edge]:
    """Bases, and images of other services: through FROM, --from and named contexts."""
    service, summary = draft.service, draft.summary
    if summary is None:
        return
    targets = {service.target, *service.variants.values()}
    for found in outside(summary.reached(targets)):
        value = service.contexts.get(found.reference)
        reference = found.reference if value is None else value.removeprefix("docker-image://")
        owner = _owner(workspace, reference, service.name)
        if owner is not None:
            yield _edge(service.name, f"service:{owner}", EdgeKind.BUILDS_FROM, f"stage {found.stage}")
        elif value is None or value.startswith("docker-image://"):
            yield _edge(service.name, f"base:{full_reference(reference)}", EdgeKind.FROM, f"stage {found.stage}")


def _owner(workspace: Workspace, reference: str, itself: str) -> str | None:
    """The service whose image a reference or a `service:NAME` context means."""
    scheme, _, name = reference.partition(":")
    if scheme in ("service", "target") and workspace.service(name):
        return name if name != itself else None
    for service in workspace.services:
        if service.image and service.name != itself and full_reference(service.image) == full_reference(reference):
            return service.name
    return None


def _file_edges(workspace: Workspace, draft: Draft, drafts: list[Draft]) -> Iterator[Edge]:
    """Files of libraries and of other services' directories that enter the image."""
    service = draft.service
    for source, line in draft.sources():
        for library in workspace.libraries:
            if within(source, library.path):
                yield _edge(service.name, f"library:{library.path}", EdgeKind.COPIES, f"{source}, line {line}")
        for other in drafts:
            own = other.home not in (".", draft.home) and not within(draft.home, other.home)
            if own and within(source, other.home):
                yield _edge(service.name, f"service:{other.service.name}", EdgeKind.COPIES, f"{source}, line {line}")
    for value in service.contexts.values():
        for library in workspace.libraries:
            if ":" not in value and within(posixpath.normpath(value), library.path):
                yield _edge(service.name, f"library:{library.path}", EdgeKind.COPIES, f"context {value}")


def _run_edges(draft: Draft) -> Iterator[Edge]:
    for name in draft.service.depends_on:
        yield _edge(draft.service.name, f"service:{name}", EdgeKind.RUNS_AFTER, "depends_on")


def _refuse_cycles(workspace: Workspace, edges: Sequence[Edge]) -> None:
    needs: dict[str, set[str]] = {}
    for edge in edges:
        if edge.kind is EdgeKind.BUILDS_FROM:
            needs.setdefault(edge.source.partition(":")[2], set()).add(edge.target.partition(":")[2])
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        circle = list(reversed(error.args[1]))  # graphlib lists it from the needed to the needing
        first = workspace.service(circle[0])
        message = f"images are built from each other in a circle: {' → '.join(circle)}"
        path = first.dockerfile if first else None
        hint = "let one of them start from a base image instead"
        raise CycleError(message, path=path, hint=hint) from error


def _short(reference: str) -> str:
    """A base as people write it."""
    return reference.removeprefix("docker.io/library/").removeprefix("docker.io/")
