"""The graph of a workspace: services, libraries and bases, and what takes what from whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What stands at a node."""

    SERVICE = "service"
    LIBRARY = "library"
    BASE = "base"


class EdgeKind(StrEnum):
    """Why an edge exists: `source` needs `target`."""

    FROM = "from"  # a stage starts from the base, or copies files out of it
    COPIES = "copies"  # files of the library (or of another service's directory) enter the image
    BUILDS_FROM = "builds-from"  # the image of another service is a base or named context
    RUNS_AFTER = "runs-after"  # compose depends_on: needed at run time, not at build time


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`id` is unique in the graph: `service:api`, `library:libs/common`, `base:docker.io/library/node:20`."""

    id: str
    kind: NodeKind
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`source` depends on `target`; `detail` is shown to the user (a path, a stage, a condition)."""

    source: str
    target: str
    kind: EdgeKind
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGraph:
    """Nodes and edges, both in a stable order. Build edges form no cycle (checked when it is made)."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def needs(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that leave a node: what it needs."""
        return tuple(e for e in self.edges if e.source == node_id)

    def needed_by(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that enter a node: who needs it."""
        return tuple(e for e in self.edges if e.target == node_id)
