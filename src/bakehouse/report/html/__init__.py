"""One run as one HTML file: no network, no script, light and dark, wide and narrow.

In: a record, its analysis, optionally a drawing of the service graph. Out: the text of the page. Everything that
came from a build (names, logs, errors) is escaped, and the page's own policy forbids scripts and requests.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bakehouse.model.analysis import Analysis
from bakehouse.model.record import BuildRecord
from bakehouse.report.html.page import page
from bakehouse.report.text import duration, size

__all__ = ["render"]


def render(record: BuildRecord, analysis: Analysis, graph_svg: str | None = None) -> str:
    """The page. `graph_svg` is shown as an image, so that nothing in it can act."""
    graph = None
    if graph_svg:
        graph = "data:image/svg+xml;base64," + base64.b64encode(graph_svg.encode()).decode()
    return _template().render(page=page(record, analysis), graph=graph, style=Markup(_resource("style.css")))  # noqa: S704 - our own file


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"duration": duration, "size": size}
    return environment.from_string(_resource("report.html.j2"))


def _resource(name: str) -> str:
    return resources.files("bakehouse.report.html").joinpath(name).read_text("utf-8")
