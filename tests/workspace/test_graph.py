"""Edges between services, libraries and bases; the pictures of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bakehouse.errors import CycleError
from bakehouse.model.graph import EdgeKind
from bakehouse.report.graph_dot import render_dot
from bakehouse.report.graph_mermaid import render_mermaid
from bakehouse.report.graph_svg import render_svg
from bakehouse.report.graph_text import render_text
from bakehouse.workspace.graph import build_graph

REPO = {
    "compose.yaml": "services:\n  base:\n    image: me/base:1\n    build: ./base\n"
    "  api:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n"
    "      additional_contexts: {shared: 'service:base'}\n    depends_on: {web: {condition: service_started}}\n"
    "  web:\n    build: ./web\n",
    "base/Dockerfile": "FROM debian\n",
    "web/Dockerfile": "FROM me/base:1\nCOPY . /\n",
    "api/Dockerfile": "FROM node:20\nCOPY libs/c /c\nCOPY --from=shared /x /x\n",
    "libs/c/package.json": '{"name": "c"}',
}


def test_edges_of_all_kinds(find):
    graph = build_graph(find(REPO))
    assert {(e.source, e.kind, e.target) for e in graph.edges} == {
        ("service:api", EdgeKind.FROM, "base:docker.io/library/node:20"),
        ("service:api", EdgeKind.COPIES, "library:libs/c"),
        ("service:api", EdgeKind.BUILDS_FROM, "service:base"),
        ("service:api", EdgeKind.RUNS_AFTER, "service:web"),
        ("service:base", EdgeKind.FROM, "base:docker.io/library/debian:latest"),
        ("service:web", EdgeKind.BUILDS_FROM, "service:base"),
    }


def test_circle_of_images_is_named(find):
    repo = {
        "compose.yaml": "services:\n  a: {image: me/a, build: ./a}\n  b: {image: me/b, build: ./b}\n",
        "a/Dockerfile": "FROM me/b\n",
        "b/Dockerfile": "FROM me/a:latest\n",
    }
    with pytest.raises(CycleError, match="→") as caught:
        build_graph(find(repo))
    assert caught.value.path in ("a/Dockerfile", "b/Dockerfile")


def test_circle_of_run_order_is_none(find):
    text = "services:\n  a: {build: ., depends_on: [b]}\n  b: {build: {context: ., target: x}, depends_on: [a]}\n"
    graph = build_graph(find({"compose.yaml": text, "Dockerfile": "FROM scratch AS x\n"}))
    assert len(graph.edges) == 2


def test_pictures_hold_every_node_and_edge(find):
    graph = build_graph(find(REPO))
    svg = ET.fromstring(render_svg(graph))
    space = "{http://www.w3.org/2000/svg}"
    assert len(svg.findall(f"{space}rect")) == len(graph.nodes)
    assert len(svg.findall(f"{space}path")) == len(graph.edges)
    assert render_dot(graph).count(" -> ") == len(graph.edges)
    assert render_mermaid(graph).count(">|") == len(graph.edges)
    text = render_text(graph)
    assert "└─" in text
    assert f"{len(graph.edges)} edges" in text


def test_hostile_labels_cannot_break_out(find):
    graph = build_graph(find({"a/Dockerfile": 'FROM x"<b>&y\n'}))
    ET.fromstring(render_svg(graph))
    assert "<b>" not in render_mermaid(graph)
    assert '\\"' in render_dot(graph)
