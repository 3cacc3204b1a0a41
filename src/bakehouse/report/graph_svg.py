"""A ServiceGraph goes in, one SVG document comes out: columns by depth, what needs at the left, bases at the right."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from bakehouse.model.graph import Edge, EdgeKind, NodeKind, ServiceGraph

_ROW, _GAP, _HEIGHT, _MARGIN, _CHARACTER = 40, 90, 26, 20, 7.3
_STYLE = """
  text { font: 12px ui-monospace, monospace; fill: #1f2933 }
  rect { stroke: #52606d; rx: 5 } .service { fill: #dbeafe } .library { fill: #dcfce7 } .base { fill: #f1f5f9 }
  path { fill: none; stroke: #7b8794 } .runs-after { stroke-dasharray: 4 3 } .builds-from, .copies { stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb } .service { fill: #1e3a5f } .library { fill: #14532d } .base { fill: #323f4b }
  }
"""


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float


def render_svg(graph: ServiceGraph) -> str:
    """A picture without scripts or outside references; edges carry their kind and detail as a title."""
    boxes, width, height = _layout(graph)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>Services, libraries and bases</title><style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8" fill="none"/></marker></defs>',
    ]
    parts += [_edge(edge, boxes) for edge in graph.edges]
    for node in graph.nodes:
        box = boxes[node.id]
        parts.append(
            f'<rect class="{node.kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{_HEIGHT}"/>'
            f'<text x="{box.x + 8:.1f}" y="{box.y + 17:.1f}">{escape(node.label)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _edge(edge: Edge, boxes: dict[str, _Box]) -> str:
    source, target = boxes[edge.source], boxes[edge.target]
    x1, y1 = source.x + source.width, source.y + _HEIGHT / 2
    x2, y2 = target.x, target.y + _HEIGHT / 2
    if x2 <= source.x:  # the same column, or back: around the right side
        x2 = target.x + target.width
        bend = max(x1, x2) + _GAP / 2
        curve = f"M{x1:.1f} {y1:.1f}C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    else:
        middle = (x1 + x2) / 2
        curve = f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    title = escape(f"{edge.kind} {edge.detail}".strip())
    return f'<path class="{edge.kind}" d="{curve}" marker-end="url(#tip)"><title>{title}</title></path>'


def _layout(graph: ServiceGraph) -> tuple[dict[str, _Box], float, float]:
    """A box for each node, and the size of the picture in pixels."""
    columns: dict[int, list[str]] = {}
    labels = {node.id: node.label for node in graph.nodes}
    for node_id, column in _columns(graph).items():
        columns.setdefault(column, []).append(node_id)
    boxes: dict[str, _Box] = {}
    x: float = _MARGIN
    for column in sorted(columns):
        members = _ordered(columns[column], graph, boxes)
        width = max(len(labels[m]) for m in members) * _CHARACTER + 16
        for row, member in enumerate(members):
            boxes[member] = _Box(x, _MARGIN + row * _ROW, width)
        x += width + _GAP
    rows = max((len(members) for members in columns.values()), default=0)
    return boxes, x - _GAP / 2 + _MARGIN, 2 * _MARGIN + rows * _ROW


def _columns(graph: ServiceGraph) -> dict[str, int]:
    """Column by longest path over all edges but those of a run-time circle; libraries and bases right of all."""
    depth = {n.id: 0 for n in graph.nodes}
    services = {n.id for n in graph.nodes if n.kind is NodeKind.SERVICE}
    among = [e for e in graph.edges if e.source in services and e.target in services]
    for _ in range(len(services)):
        changed = False
        for edge in among:
            if edge.kind is EdgeKind.BUILDS_FROM and depth[edge.target] <= depth[edge.source]:
                depth[edge.target] = depth[edge.source] + 1
                changed = True
        if not changed:
            break
    last = max((depth[s] for s in services), default=0)
    for node in graph.nodes:
        if node.kind is NodeKind.LIBRARY:
            depth[node.id] = last + 1
        elif node.kind is NodeKind.BASE:
            depth[node.id] = last + 2
    return depth


def _ordered(members: list[str], graph: ServiceGraph, boxes: dict[str, _Box]) -> list[str]:
    """Nodes by the mean height of those that need them, so that fewer edges cross."""

    def height(node: str) -> float:
        heights = [boxes[e.source].y for e in graph.needed_by(node) if e.source in boxes]
        return sum(heights) / len(heights) if heights else 0.0

    return sorted(members, key=height)
