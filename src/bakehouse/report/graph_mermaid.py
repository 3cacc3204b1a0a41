"""A ServiceGraph goes in, a Mermaid flowchart comes out: it shows in Markdown on most forges."""

from __future__ import annotations

from bakehouse.model.graph import EdgeKind, NodeKind, ServiceGraph

_BRACKETS = {NodeKind.SERVICE: ("[", "]"), NodeKind.LIBRARY: ("[[", "]]"), NodeKind.BASE: ("[(", ")]")}


def render_mermaid(graph: ServiceGraph) -> str:
    """A flowchart from left to right; run-time order is dotted."""
    short = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        opening, closing = _BRACKETS[node.kind]
        lines.append(f'  {short[node.id]}{opening}"{_escape(node.label)}"{closing}')
    for edge in graph.edges:
        arrow = "-.->" if edge.kind is EdgeKind.RUNS_AFTER else "-->"
        lines.append(f"  {short[edge.source]} {arrow}|{edge.kind}| {short[edge.target]}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
