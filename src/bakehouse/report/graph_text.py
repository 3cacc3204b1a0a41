"""A ServiceGraph goes in, a tree of text comes out: each service, and below it what it needs."""

from __future__ import annotations

from bakehouse.model.graph import EdgeKind, NodeKind, ServiceGraph

_VERBS = {
    EdgeKind.FROM: "from",
    EdgeKind.COPIES: "copies",
    EdgeKind.BUILDS_FROM: "builds from",
    EdgeKind.RUNS_AFTER: "runs after",
}


def render_text(graph: ServiceGraph) -> str:
    """One block a service; a last line counts. Ends with a newline."""
    labels = {node.id: node.label for node in graph.nodes}
    lines: list[str] = []
    for node in graph.nodes:
        if node.kind is not NodeKind.SERVICE:
            continue
        lines.append(node.label)
        edges = graph.needs(node.id)
        for edge in edges:
            branch = "└─" if edge is edges[-1] else "├─"
            lines.append(f"{branch} {_VERBS[edge.kind]:<11} {labels.get(edge.target, edge.target)}")
    counts = {kind: sum(1 for n in graph.nodes if n.kind is kind) for kind in NodeKind}
    names = {NodeKind.SERVICE: "services", NodeKind.LIBRARY: "libraries", NodeKind.BASE: "bases"}
    total = ", ".join(f"{counts[kind]} {names[kind]}" for kind in NodeKind)
    return "\n".join([*lines, "", f"{total}, {len(graph.edges)} edges"]) + "\n"
