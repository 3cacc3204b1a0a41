"""A ServiceGraph goes in, Graphviz' dot language comes out."""

from __future__ import annotations

from bakehouse.model.graph import EdgeKind, NodeKind, ServiceGraph

_SHAPES = {NodeKind.SERVICE: "box", NodeKind.LIBRARY: "folder", NodeKind.BASE: "cylinder"}
_STYLES = {
    EdgeKind.FROM: "solid",
    EdgeKind.COPIES: "bold",
    EdgeKind.BUILDS_FROM: "bold",
    EdgeKind.RUNS_AFTER: "dashed",
}


def render_dot(graph: ServiceGraph) -> str:
    """A directed graph, left to right, from what needs to what is needed."""
    lines = ["digraph bakehouse {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    lines += [f"  {_quote(n.id)} [label={_quote(n.label)}, shape={_SHAPES[n.kind]}];" for n in graph.nodes]
    lines += [
        f"  {_quote(e.source)} -> {_quote(e.target)} [style={_STYLES[e.kind]}, label={_quote(e.kind)}];"
        for e in graph.edges
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
